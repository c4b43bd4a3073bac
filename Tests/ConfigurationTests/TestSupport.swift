import Configuration
import Testing

/// An input and the whole line of the error that it must cause.
struct Refusal: Sendable, CustomTestStringConvertible {
  let input: String
  let error: String
  let code: ConfigurationError.Code

  init(_ code: ConfigurationError.Code, _ input: String, _ error: String) {
    self.code = code
    self.input = input
    self.error = error
  }

  var testDescription: String { String(input.prefix(40)) }

  /// Checks that `body` throws exactly this.
  func check(
    _ location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    do {
      try body()
      Issue.record("accepted \(input)", sourceLocation: location)
    } catch let found as ConfigurationError {
      #expect(found.description == error, sourceLocation: location)
      #expect(found.code == code, sourceLocation: location)
    } catch {
      Issue.record("another error: \(error)", sourceLocation: location)
    }
  }
}

/// The node of a text that must be valid.
func parsed(_ text: String) throws -> JSONNode { try JSONNode.parse(text, file: "c.json") }

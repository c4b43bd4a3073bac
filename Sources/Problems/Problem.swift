/// What callers may branch on in the problems of one room.
public protocol Fault: Hashable, Sendable {
  /// What messages call it; nil where what was expected and found says enough.
  var word: String? { get }
}

extension Fault {
  /// The name of the case.
  public var word: String? { "\(self)" }
}

/// Something that a user gave or asked for and that cannot be had: where, what was needed, what is there, what helps.
///
/// A room names its own by what callers may branch on: `DatasetError` is `Problem<DatasetFault>`.
public struct Problem<Kind: Fault>: Error, CustomStringConvertible {
  /// What callers may branch on.
  public typealias Code = Kind
  /// What went wrong, for `switch`.
  public var code: Code
  /// Path of the file; empty where there is none, or where the object names it.
  public var file: String
  /// The culprit, in the file if there is one; may be empty.
  public var object: String
  /// What was needed there.
  public var expected: String
  /// What is there.
  public var found: String
  /// What the reader can do about it, as a full sentence.
  public var remedy: String
  /// What a library or the system said of it; may be empty.
  public var detail: String
  /// The lower-level error, with its own code.
  public var cause: (any Error)?

  /// A problem with all its parts.
  public init(
    code: Code, file: String = "", object: String = "", expected: String, found: String,
    remedy: String, detail: String = "", cause: (any Error)? = nil
  ) {
    (self.code, self.file, self.object) = (code, file, object)
    (self.expected, self.found, self.remedy) = (expected, found, remedy)
    (self.detail, self.cause) = (detail, cause)
  }

  private enum CodingKeys: CodingKey { case code, file, object, expected, found, remedy, detail }

  /// One line: where, what, why, and what to do.
  public var description: String {
    let place = [file, object, code.word ?? ""].filter { !$0.isEmpty }.map { $0 + ": " }.joined()
    let account = detail.isEmpty ? "" : " [\(detail)]"
    return "\(place)expected \(expected), found \(found). \(remedy)\(account)"
      .replacing("\n", with: " ")
  }
}

/// So that a child process tells its parent, but for the lower-level error.
extension Problem: Codable where Kind: Codable {}

/// A configuration that cannot be used: where it is wrong, what was expected, and what helps.
public struct ConfigurationError: Error, CustomStringConvertible, Equatable {
  /// What callers may branch on.
  public enum Code: Hashable, Sendable {
    /// The text is not JSON.
    case syntax
    /// An object has a key that nothing reads.
    case unknownKey
    /// An object has a key twice.
    case duplicateKey
    /// An object lacks a required key.
    case missingKey
    /// A value is of another JSON type than needed.
    case wrongType
    /// A value is of the right type, but too large or too small.
    case outOfRange
    /// A word is none of those that can stand there.
    case unknownChoice
    /// Arrays and objects are nested too deeply.
    case tooDeep
    /// A command-line override is malformed or does not fit the configuration.
    case badOverride
    /// There is no file to read.
    case missingFile
    /// A value breaks another rule, which the message states.
    case invalid
  }

  /// What went wrong, for `switch`.
  public var code: Code
  /// The file, or `command line`; nil when the text came without a name.
  public var file: String?
  /// The line in the file, counted from 1; nil when there is no file.
  public var line: Int?
  /// The culprit inside the configuration: `model.encoder[1].conv.channels`; empty for the whole.
  public var path: String
  /// What was expected and what was found.
  public var message: String
  /// What the reader can do about it.
  public var remedy: String?

  /// Creates an error from its parts.
  public init(
    code: Code, file: String?, line: Int?, path: String, message: String, remedy: String? = nil
  ) {
    self.code = code
    self.file = file
    self.line = line
    self.path = path
    self.message = message
    self.remedy = remedy
  }

  /// One line, `file:line: path: message; remedy`, with control characters escaped.
  public var description: String {
    var text = ""
    switch (file, line) {
    case (let file?, let line?): text += "\(escaped(file)):\(line): "
    case (let file?, nil): text += "\(escaped(file)): "
    case (nil, let line?): text += "line \(line): "
    case (nil, nil): break
    }
    if !path.isEmpty { text += shortened(escaped(path), to: 300) + ": " }
    text += escaped(message)
    if let remedy {
      let continues = remedy.first.map { $0.isLowercase } ?? false
      text += (continues ? "; " : ". ") + escaped(remedy)
    }
    return text
  }
}

extension ConfigurationError {
  /// An error about something that stands at `location` and came from `origin`.
  init(
    _ code: Code, _ origin: JSONNode.Origin, _ location: JSONPath, _ message: String,
    remedy: String? = nil
  ) {
    self.init(
      code: code, file: origin.name, line: origin.line, path: location.text, message: message,
      remedy: remedy)
  }
}

/// The sentence part that suggests `nearest`, if any, and lists all `names` in alphabetical order.
func suggestion(_ nearest: String?, label: String, names: [String]) -> String {
  let list = names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
  let all = "Valid \(label): \(list)."
  guard let nearest else { return all }
  return "did you mean \(quoted(nearest))? \(all)"
}

/// A value in a training's state that no training comes to.
public struct StateError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where it stands: `history[2].step`; empty for the whole.
  public var key: String
  /// What a training has there.
  public var expected: String
  /// What stands there.
  public var found: String
  /// One line.
  public var description: String {
    "state\(key.isEmpty ? "" : " \(key)"): expected \(expected), found \(found). Use another checkpoint."
  }

  init(_ key: String, expected: String, found: String) {
    (self.key, self.expected, self.found) = (key, expected, found)
  }

  /// What a decoder says, in the same words.
  init(_ error: any Error) {
    switch error as? DecodingError {
    case .keyNotFound(let key, let context)?:
      self.init(Self.path(context.codingPath + [key]), expected: "a value", found: "none")
    case .typeMismatch(let type, let context)?:
      self.init(Self.path(context.codingPath), expected: Self.words(type), found: "something else")
    case .valueNotFound(let type, let context)?:
      self.init(Self.path(context.codingPath), expected: Self.words(type), found: "null")
    case .dataCorrupted(let context)?:
      self.init(Self.path(context.codingPath), expected: "JSON", found: context.debugDescription)
    default: self.init("", expected: "JSON", found: "\(error)")
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.reduce("") { path, key in
      if let index = key.intValue { return "\(path)[\(index)]" }
      return path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)"
    }
  }

  private static func words(_ type: any Any.Type) -> String {
    switch type {
    case is Int.Type: "an integer"
    case is Double.Type: "a number"
    case is Bool.Type: "true or false"
    case is String.Type: "a string"
    case is [Any].Type: "an array"
    default: "an object"
    }
  }
}

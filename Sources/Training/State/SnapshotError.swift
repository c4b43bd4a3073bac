@_exported public import Problems

/// A snapshot that a training cannot go on from.
public typealias SnapshotError = Problem<SnapshotFault>

/// What is wrong with a snapshot.
public enum SnapshotFault: Fault {
  /// A value in its state that no training comes to; the object is its key: `history[2].step`, empty for the whole.
  case impossible
  /// An array, or a count in its state, that the model or the optimiser has otherwise.
  case otherModel
  /// Nil: what was expected and found says it.
  public var word: String? { nil }
}

extension SnapshotError {
  static func impossible(_ key: String, expected: String, found: String) -> SnapshotError {
    SnapshotError(
      code: .impossible, object: key, expected: expected, found: found,
      remedy: "Use another checkpoint.")
  }

  static func otherModel(_ object: String, expected: String, found: String) -> SnapshotError {
    SnapshotError(
      code: .otherModel, object: object, expected: expected, found: found,
      remedy: "Use the configuration that the checkpoint was made with, or another output folder.")
  }

  /// What a decoder says, in the same words.
  static func impossible(_ error: any Error) -> SnapshotError {
    let (keys, expected, found): ([any CodingKey], String, String) =
      switch error as? DecodingError {
      case .keyNotFound(let key, let context)?: (context.codingPath + [key], "a value", "none")
      case .typeMismatch(let type, let context)?:
        (context.codingPath, words(type), "something else")
      case .valueNotFound(let type, let context)?: (context.codingPath, words(type), "null")
      case .dataCorrupted(let context)?: (context.codingPath, "JSON", context.debugDescription)
      default: ([], "JSON", "\(error)")
      }
    return .impossible(path(keys), expected: expected, found: found)
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

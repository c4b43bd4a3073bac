/// A choice written as a bare word or as an object with one key.
///
///     "relu"          { "conv": { "channels": 32 } }          { "adam": { "learningRate": 1e-3 } }
public struct Choice: Sendable {
  /// The word or the key, one of the names that were valid.
  public let name: String
  /// The choice as it was written.
  public var node: JSONNode
  /// The value of the key; an empty object for a bare word.
  public var options: JSONNode

  /// Tells which choice `node` names; the options are not looked at.
  ///
  /// - Parameters:
  ///   - axis: What is chosen, in one word for errors: `layer`, `posterior`.
  ///   - names: All valid names.
  /// - Throws: `wrongType`, `invalid` if an object has no key or several, or `unknownChoice`.
  public init(
    _ node: JSONNode, of axis: String, among names: [String]
  ) throws(ConfigurationError) {
    let expected = "a \(axis): a word, or an object with one key"
    let (name, place, origin): (String, JSONPath, JSONNode.Origin)
    switch node.content {
    case .string(let word):
      (name, place, origin) = (word, node.location, node.origin)
      options = JSONNode(.object([]), origin: origin, location: .key(place, word))
    case .object(let members):
      guard let member = members.first, members.count == 1 else {
        let keys = members.map(\.key).joined(separator: ", ")
        throw node.error(
          .invalid, expected: expected,
          found: members.isEmpty ? "an empty object" : "an object with the keys \(keys)")
      }
      (name, place, origin) = (member.key, member.value.location, member.origin)
      options = member.value
    case .null, .bool, .number, .array: throw node.error(.wrongType, expected: expected)
    }
    guard names.contains(name) else {
      throw ConfigurationError(
        .unknownChoice, origin, place, "unknown \(axis) \(quoted(shortened(name)))",
        remedy: suggestion(nearestName(to: name, among: names), label: "names", names: names))
    }
    self.name = name
    self.node = node
  }
}

/// A line of a table of choices: a name, what it stands for, and how its options are read.
public struct Alternative<T> {
  /// The word or the key.
  public var name: String
  /// What is chosen, in one or several sentences, with its source.
  public var meaning: String
  /// Reads the options.
  public var read: (inout ObjectReader) throws(ConfigurationError) -> T

  /// A line of a table.
  public init(
    _ name: String, _ meaning: String,
    read: @escaping (inout ObjectReader) throws(ConfigurationError) -> T
  ) {
    (self.name, self.meaning, self.read) = (name, meaning, read)
  }
}

extension JSONNode {
  /// Reads one of the choices in `table`: a bare word or an object with one key.
  ///
  /// - Parameters:
  ///   - axis: What is chosen, in one word for errors: `layer`, `posterior`.
  ///   - table: All choices.
  /// - Returns: What was read, and the choice with all its options; one that has none resolves to its bare word.
  /// - Throws: What `Choice.init` and `read` throw, `wrongType` if the options are no object, and `unknownKey`.
  public func choice<T>(
    of axis: String, among table: [Alternative<T>]
  ) throws(ConfigurationError) -> (value: T, resolved: JSONNode) {
    let choice = try Choice(self, of: axis, among: table.map(\.name))
    guard let entry = table.first(where: { $0.name == choice.name }) else {
      preconditionFailure("choice: \(choice.name) passed as valid but is not in the table")
    }
    let (value, options) = try choice.options.object(read: entry.read)
    guard try !options.members().isEmpty else {
      return (value, JSONNode(.string(choice.name), origin: origin, location: location))
    }
    let member = JSONNode.Member(key: choice.name, value: options)
    return (value, JSONNode(.object([member]), origin: origin, location: location))
  }

  /// Reads an object to its end.
  ///
  /// - Returns: What was read, and the object with all defaults filled in.
  /// - Throws: `wrongType` if this is none; `unknownKey` for a key that `read` does not ask for, with the nearest that
  ///   it does; what `read` throws.
  public func object<T>(
    read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> (value: T, resolved: JSONNode) {
    var reader = try ObjectReader(self, ObjectDescription(of: read))
    let value = try read(&reader)
    return (value, reader.resolved)
  }
}

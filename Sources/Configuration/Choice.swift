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

/// A line of a table of choices: a name, and how its options are read.
public typealias ChoiceEntry<T> = (
  name: String, read: (inout ObjectReader) throws(ConfigurationError) -> T
)

/// Reads one of the choices in `table`.
///
/// - Parameters:
///   - node: A bare word or an object with one key.
///   - axis: What is chosen, in one word for errors: `layer`, `posterior`.
///   - table: All choices; `read` gets the options and need not call `finish()`.
/// - Returns: What `read` returned, and the choice with all its options; one that has none resolves
///   to its bare word.
/// - Throws: What `Choice.init` and `read` throw, `wrongType` if the options are no object, and
///   `unknownKey`.
public func readChoice<T>(
  _ node: JSONNode, of axis: String, among table: [ChoiceEntry<T>]
) throws(ConfigurationError) -> (value: T, resolved: JSONNode) {
  let choice = try Choice(node, of: axis, among: table.map(\.name))
  guard let entry = table.first(where: { $0.name == choice.name }) else {
    preconditionFailure("readChoice: \(choice.name) passed as valid but is not in the table")
  }
  var reader = try ObjectReader(choice.options)
  let value = try entry.read(&reader)
  let options = try reader.finish()
  guard try !options.members().isEmpty else {
    return (value, JSONNode(.string(choice.name), origin: node.origin, location: node.location))
  }
  let member = JSONNode.Member(key: choice.name, value: options)
  return (value, JSONNode(.object([member]), origin: node.origin, location: node.location))
}

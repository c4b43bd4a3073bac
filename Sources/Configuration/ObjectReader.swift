/// Reads an object key by key, records what each key resolves to, and refuses what is left over.
///
///     var reader = try ObjectReader(node)
///     let channels = try reader.integer("channels", in: 1...(.max))
///     let stride = try reader.integer("stride", default: 1, in: 1...16)
///     let resolved = try reader.finish()
public struct ObjectReader {
  /// The object being read.
  public let node: JSONNode
  private var asked: Set<String> = []
  private var declared: [String]?
  private var resolved: [JSONNode.Member] = []

  /// Begins to read an object.
  ///
  /// - Throws: `wrongType` if `node` is none.
  public init(_ node: JSONNode) throws(ConfigurationError) {
    self.node = node
    _ = try node.members()
  }

  /// Declares all valid keys before the first is read, and refuses others at once.
  ///
  /// Optional. Without it a misspelt *required* key is reported without the list of valid keys,
  /// because at that moment the later ones are not known yet.
  ///
  /// - Throws: `unknownKey`.
  public mutating func allow(only keys: [String]) throws(ConfigurationError) {
    declared = keys
    try refuseOthers(than: keys)
  }

  /// The value of `key`, which counts as read from now on, or nil if it is missing.
  ///
  /// - Precondition: `key` was declared, if keys were declared.
  mutating func ask(_ key: String) -> JSONNode? {
    precondition(
      declared?.contains(key) ?? true, "ObjectReader: key \(key) is read but was not declared")
    asked.insert(key)
    return node[key]
  }

  /// Records, or replaces, what `key` resolves to: its value with all defaults filled in.
  public mutating func resolve(_ key: String, as value: JSONNode) {
    if let i = resolved.firstIndex(where: { $0.key == key }) {
      resolved[i].value = value
    } else {
      resolved.append(JSONNode.Member(key: key, value: value))
    }
  }

  /// Ends the reading.
  ///
  /// - Returns: The resolved object, its keys in the order in which they were read.
  /// - Throws: `unknownKey` for the first key that nothing has read, with the nearest valid name.
  public func finish() throws(ConfigurationError) -> JSONNode {
    try refuseOthers(than: declared ?? Array(asked))
    return JSONNode(.object(resolved), origin: node.origin, location: node.location)
  }

  private func refuseOthers(than valid: [String]) throws(ConfigurationError) {
    let names = Set(valid)
    guard let stranger = try node.members().first(where: { !names.contains($0.key) }) else {
      return
    }
    let sorted = valid.sorted()  // Ties between equally near names must not depend on hashing.
    throw ConfigurationError(
      .unknownKey, stranger.origin, .key(node.location, stranger.key), "unknown key",
      remedy: suggestion(
        nearestName(to: stranger.key, among: sorted), label: "keys", names: sorted))
  }

  /// An error about the value of `key`, for a caller's own rules: `expected …, found …`.
  ///
  /// - Parameters:
  ///   - found: What stands there; nil for the value itself, shortened.
  ///   - remedy: What the user can do about it.
  public func error(
    _ key: String, expected: String, found: String? = nil, remedy: String? = nil
  ) -> ConfigurationError {
    if let value = node[key] {
      return value.error(expected: expected, found: found, remedy: remedy)
    }
    let usual = resolved.first { $0.key == key }.map { $0.value.displayed + " by default" }
    return ConfigurationError(
      .invalid, node.origin, .key(node.location, key),
      "expected \(expected), found \(shortened(found ?? usual ?? "nothing"))", remedy: remedy)
  }

  /// The error for a required key that is not there: about the misspelling of it where there is one.
  func missing(_ key: String, expected: String) -> ConfigurationError {
    if case .object(let members) = node.content {
      let unread = members.filter { !asked.contains($0.key) }
      if let near = nearestName(to: key, among: unread.map(\.key)),
        let stranger = unread.first(where: { $0.key == near })
      {
        return ConfigurationError(
          .unknownKey, stranger.origin, .key(node.location, near), "unknown key",
          remedy: "did you mean \(quoted(key)), which is required and missing?")
      }
    }
    return ConfigurationError(
      .missingKey, node.origin, .key(node.location, key),
      "missing required key, expected \(expected)")
  }
}

/// Reads an object key by key: the line that reads a key declares it, with its range, its default and its meaning.
///
///     let (layer, resolved) = try node.object { reader throws(ConfigurationError) in
///       Layer(
///         channels: try reader.integer("channels", in: 1...(.max), "Channels of the result."),
///         stride: try reader.integer("stride", default: 1, in: 1...16, "Pixels from one to the next."))
///     }
///
/// The same lines describe the object (`ObjectDescription.init(of:)`): then each answers with its default, or with
/// anything that may stand there. So a closure that reads asks for the same keys whatever it is told, and accepts
/// defaults.
public struct ObjectReader {
  /// The object being read; one without keys while it is described.
  public let node: JSONNode
  /// The object with all defaults filled in, its keys in the order in which they were read so far.
  public var resolved: JSONNode {
    JSONNode(.object(members), origin: node.origin, location: node.location)
  }
  /// What was read so far, while the object is described.
  var declarations: [KeyDeclaration] = []
  /// Whether the object is described, not read.
  let isDescribing: Bool
  /// What a change does of a key that does not say its own.
  let effect: ChangeEffect
  private var members: [JSONNode.Member] = []
  /// The object whose values count where this one has none; nil for defaults.
  private var outer: JSONNode?
  /// The keys that are declared.
  private var known: Set<String> = []

  init(describing effect: ChangeEffect) {
    (node, isDescribing, self.effect) = (.object([]), true, effect)
  }

  /// Begins to read an object.
  ///
  /// - Throws: `wrongType` if `node` is none; `unknownKey` for the first key that is not in
  ///   `description`, with the nearest that is.
  init(_ node: JSONNode, _ description: ObjectDescription) throws(ConfigurationError) {
    (self.node, isDescribing, effect) = (node, false, .arithmetic)
    let names = description.keys.map(\.name)
    known = Set(names)
    guard let stranger = try node.members().first(where: { !names.contains($0.key) }) else {
      return
    }
    throw ConfigurationError(
      .unknownKey, stranger.origin, .key(node.location, stranger.key), "unknown key",
      remedy: suggestion(
        nearestName(to: stranger.key, among: names.sorted()), label: "keys", names: names))
  }

  /// The value of `key`, nil if it is missing.
  func value(of key: String) -> JSONNode? {
    precondition(
      known.contains(key),
      "ObjectReader: key \(key) is read, but was not when the object was described")
    return node[key] ?? outer?[key]
  }

  /// Whether `key` has a value, other than `null`.
  func gives(_ key: String) -> Bool { node[key].map { !$0.isNull } ?? false }

  /// Records, or replaces, what `key` resolves to: its value with all defaults filled in.
  public mutating func resolve(_ key: String, as value: JSONNode) {
    if let i = members.firstIndex(where: { $0.key == key }) {
      members[i].value = value
    } else {
      members.append(JSONNode.Member(key: key, value: value))
    }
  }

  /// Notes down a key while the object is described.
  mutating func declare(_ key: KeyDeclaration) {
    var key = key
    if outer != nil { key.absence = .outer }
    let isNew = !declarations.contains { $0.name == key.name }
    precondition(isNew, "ObjectReader: key \(key.name) is declared twice")
    declarations.append(key)
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
    let usual = members.first { $0.key == key }.map { $0.value.displayed + " by default" }
    return ConfigurationError(
      .invalid, node.origin, .key(node.location, key),
      "expected \(expected), found \(shortened(found ?? usual ?? "nothing"))", remedy: remedy)
  }

  /// The error for a required key that is not there.
  func missing(_ key: String, expected: String) -> ConfigurationError {
    ConfigurationError(
      .missingKey, node.origin, .key(node.location, key),
      "missing required key, expected \(expected)")
  }
}

extension ObjectReader {
  /// Reads keys that may only be given together with another; none of them is looked at without it.
  ///
  /// - Returns: What `read` returns; nil without the other key.
  /// - Throws: `invalid` at such a key that stands alone; what `read` throws.
  public mutating func only<T>(
    with other: String, read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> T? {
    if isDescribing {
      let first = declarations.count
      let value = try read(&self)
      for i in first..<declarations.count { declarations[i].needs = other }
      return value
    }
    if gives(other) { return try read(&self) }
    if let key = given(of: read) {
      throw error(
        key, expected: "nothing without \(quoted(other))",
        remedy: "Leave out \(quoted(key)), or give \(quoted(other)) too.")
    }
    return nil
  }

  /// Reads keys that stand in place of another; they must not be given beside it.
  ///
  /// - Returns: What `read` returns; nil where the other key is given.
  /// - Throws: `invalid` at such a key that stands beside the other; what `read` throws.
  public mutating func unless<T>(
    _ other: String, read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> T? {
    if isDescribing {
      let first = declarations.count
      let value = try read(&self)
      for i in first..<declarations.count {
        declarations[i].exception = .init(key: other, absence: .nothing)
        declarations[i].excludes = other
      }
      return value
    }
    guard gives(other) else { return try read(&self) }
    if let key = given(of: read) {
      throw error(
        key, expected: "nothing beside \(quoted(other))",
        remedy: "Leave out \(quoted(key)) or \(quoted(other)).")
    }
    return nil
  }

  /// Reads keys whose values are those of another object where this one has none.
  ///
  /// - Throws: What `read` throws.
  public mutating func inheriting<T>(
    from outer: JSONNode, read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> T {
    self.outer = outer
    defer { self.outer = nil }
    return try read(&self)
  }

  /// The first of the keys that `read` asks for which the object has.
  public func given<T>(
    of read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) -> String? {
    ObjectDescription(of: read).keys.map(\.name).first { node[$0] != nil }
  }
}

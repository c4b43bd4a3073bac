/// Objects, arrays and choices inside an object; their resolved values are recorded with it.
extension ObjectReader {
  /// Reads a nested object with `read`, which need not call `finish()`.
  ///
  /// - Parameter usual: What is read if the key is missing, usually `.object([])`; nil makes the key
  ///   required.
  /// - Throws: `missingKey`, `wrongType`, `unknownKey`, or what `read` throws.
  public mutating func object<T>(
    _ key: String, default usual: JSONNode? = nil,
    read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> T {
    let found = try given(key, default: usual, expected: "an object")
    var reader = try ObjectReader(found)
    let result = try read(&reader)
    resolve(key, as: try reader.finish())
    return result
  }

  /// Reads a nested object that may be null or missing.
  ///
  /// - Throws: `wrongType`, `unknownKey`, or what `read` throws.
  public mutating func optionalObject<T>(
    _ key: String, read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> T? {
    guard optionalNode(key) != nil else { return nil }
    return try object(key, read: read)
  }

  /// Reads an array element by element; `read` returns a value and what the element resolves to.
  ///
  /// - Throws: `missingKey`, `wrongType`, or what `read` throws.
  public mutating func elements<T>(
    _ key: String, default usual: [JSONNode]? = nil,
    read: (JSONNode) throws(ConfigurationError) -> (value: T, resolved: JSONNode)
  ) throws(ConfigurationError) -> [T] {
    let found = try given(key, default: usual.map(JSONNode.array), expected: "an array")
    var values: [T] = []
    var resolved: [JSONNode] = []
    for element in try found.elements() {
      let result = try read(element)
      values.append(result.value)
      resolved.append(result.resolved)
    }
    resolve(key, as: JSONNode(.array(resolved), origin: found.origin, location: found.location))
    return values
  }

  /// Reads one of the choices in `table`; see `readChoice(_:of:among:)`.
  ///
  /// - Throws: `missingKey`, or what `readChoice(_:of:among:)` throws.
  public mutating func choice<T>(
    _ key: String, of axis: String, default usual: JSONNode? = nil, among table: [ChoiceEntry<T>]
  ) throws(ConfigurationError) -> T {
    let found = try given(key, default: usual, expected: "a choice of \(axis)")
    let result = try readChoice(found, of: axis, among: table)
    resolve(key, as: result.resolved)
    return result.value
  }

  /// The value of `key`, or its default moved to where the value would stand.
  private mutating func given(
    _ key: String, default usual: JSONNode?, expected: String
  ) throws(ConfigurationError) -> JSONNode {
    if let found = ask(key) { return found }
    guard let usual else { throw missing(key, expected: expected) }
    return usual.moved(to: .key(node.location, key), origin: .builtIn)
  }
}

/// Scalars and raw values. A nil default makes a key required; `null` is no value except for the
/// optional ones. A default is taken as it is, without being checked.
extension ObjectReader {
  /// Reads an integer.
  ///
  /// - Throws: `missingKey`, `wrongType` or `outOfRange`.
  public mutating func integer(
    _ key: String, default usual: Int? = nil, in range: ClosedRange<Int>? = nil
  ) throws(ConfigurationError) -> Int {
    let phrase = integerPhrase(range)
    return try value(key, usual, expected: phrase, record: JSONNode.int) {
      node throws(ConfigurationError) in try node.integer(in: range, expected: phrase)
    }
  }

  /// Reads an integer that may be null or missing.
  ///
  /// - Throws: `wrongType` or `outOfRange`.
  public mutating func optionalInteger(
    _ key: String, in range: ClosedRange<Int>? = nil
  ) throws(ConfigurationError) -> Int? {
    let phrase = integerPhrase(range) + ", or null"
    return try optional(key, record: JSONNode.int) {
      node throws(ConfigurationError) in try node.integer(in: range, expected: phrase)
    }
  }

  /// Reads a number; bounds as for `JSONNode.number(in:above:below:)`.
  ///
  /// - Throws: `missingKey`, `wrongType` or `outOfRange`.
  public mutating func number(
    _ key: String, default usual: Double? = nil, in range: ClosedRange<Double>? = nil,
    above: Double? = nil, below: Double? = nil
  ) throws(ConfigurationError) -> Double {
    let bounds = NumberBounds(range: range, above: above, below: below)
    let phrase = bounds.phrase
    return try value(key, usual, expected: phrase, record: JSONNode.number) {
      node throws(ConfigurationError) in try node.number(bounds, expected: phrase)
    }
  }

  /// Reads a number that may be null or missing.
  ///
  /// - Throws: `wrongType` or `outOfRange`.
  public mutating func optionalNumber(
    _ key: String, in range: ClosedRange<Double>? = nil, above: Double? = nil,
    below: Double? = nil
  ) throws(ConfigurationError) -> Double? {
    let bounds = NumberBounds(range: range, above: above, below: below)
    let phrase = bounds.phrase + ", or null"
    return try optional(key, record: JSONNode.number) {
      node throws(ConfigurationError) in try node.number(bounds, expected: phrase)
    }
  }

  /// Reads `true` or `false`.
  ///
  /// - Throws: `missingKey` or `wrongType`.
  public mutating func boolean(
    _ key: String, default usual: Bool? = nil
  ) throws(ConfigurationError) -> Bool {
    try value(key, usual, expected: "true or false", record: JSONNode.bool) {
      node throws(ConfigurationError) in try node.boolean()
    }
  }

  /// Reads a string, one of `names` if they are given.
  ///
  /// - Throws: `missingKey`, `wrongType` or `unknownChoice`.
  public mutating func string(
    _ key: String, default usual: String? = nil, among names: [String]? = nil
  ) throws(ConfigurationError) -> String {
    try value(key, usual, expected: "a string", record: JSONNode.string) {
      node throws(ConfigurationError) in try node.string(among: names)
    }
  }

  /// Reads a string that may be null or missing.
  ///
  /// - Throws: `wrongType` or `unknownChoice`.
  public mutating func optionalString(
    _ key: String, among names: [String]? = nil
  ) throws(ConfigurationError) -> String? {
    try optional(key, record: JSONNode.string) { node throws(ConfigurationError) in
      try node.string(among: names, expected: "a string, or null")
    }
  }

  /// Reads a value of any kind; it resolves to itself until `resolve(_:as:)` replaces it.
  ///
  /// - Throws: `missingKey`.
  public mutating func node(_ key: String) throws(ConfigurationError) -> JSONNode {
    guard let found = ask(key) else { throw missing(key, expected: "a value") }
    resolve(key, as: found)
    return found
  }

  /// Reads a value of any kind that may be null or missing.
  public mutating func optionalNode(_ key: String) -> JSONNode? {
    let found = ask(key)
    resolve(key, as: found ?? .null)
    return found.flatMap { $0.isNull ? nil : $0 }
  }

  private mutating func value<T>(
    _ key: String, _ usual: T?, expected: String, record: (T) -> JSONNode,
    read: (JSONNode) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> T {
    let result: T
    if let found = ask(key) {
      result = try read(found)
    } else if let usual {
      result = usual
    } else {
      throw missing(key, expected: expected)
    }
    resolve(key, as: record(result))
    return result
  }

  private mutating func optional<T>(
    _ key: String, record: (T) -> JSONNode, read: (JSONNode) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> T? {
    guard let found = ask(key), !found.isNull else {
      resolve(key, as: .null)
      return nil
    }
    let result = try read(found)
    resolve(key, as: record(result))
    return result
  }
}

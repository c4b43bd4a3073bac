/// What a line that reads a key says of it, beside the kind of its value.
struct KeyTerms<T> {
  var key: String
  var usual: T?
  var exception: (key: String, usual: T?)?
  var effect: ChangeEffect?
  var meaning: String
  var record: (T) -> JSONNode
}

/// Scalars. A key has a name, a default (nil makes it required), and a meaning in one or several sentences; `null` is
/// no value except for the optional ones. A default is taken as it is, without being checked.
///
/// - `given`: another key, and the default where that one is given.
/// - `onChange`: what another value does to a training that goes on; nil for what the whole section's does.
extension ObjectReader {
  /// Reads an integer.
  ///
  /// - Throws: `missingKey`, `wrongType` or `outOfRange`.
  public mutating func integer(
    _ key: String, default usual: Int? = nil, given: (key: String, usual: Int?)? = nil,
    in range: ClosedRange<Int> = .min ... .max, onChange effect: ChangeEffect? = nil,
    _ meaning: String
  ) throws(ConfigurationError) -> Int {
    let phrase = integerPhrase(range)
    let terms = KeyTerms(
      key: key, usual: usual, exception: given, effect: effect, meaning: meaning,
      record: JSONNode.int)
    let any = min(max(0, range.lowerBound), range.upperBound)
    return try value(terms, .integer(range), any, expected: phrase) {
      node throws(ConfigurationError) in try node.integer(in: range, expected: phrase)
    }
  }

  /// Reads an integer that may be null, which is none; one that is missing is the default.
  ///
  /// - Throws: `wrongType` or `outOfRange`.
  public mutating func optionalInteger(
    _ key: String, default usual: Int? = nil, given: (key: String, usual: Int?)? = nil,
    in range: ClosedRange<Int> = .min ... .max, onChange effect: ChangeEffect? = nil,
    _ meaning: String
  ) throws(ConfigurationError) -> Int? {
    let phrase = integerPhrase(range) + ", or null"
    let terms = KeyTerms(
      key: key, usual: usual, exception: given, effect: effect, meaning: meaning,
      record: JSONNode.int)
    return try optional(terms, .integer(range)) { node throws(ConfigurationError) in
      try node.integer(in: range, expected: phrase)
    }
  }

  /// Reads an array of `count` integers, or one that stands for all of them; null or missing is none.
  ///
  /// - Throws: `wrongType` or `outOfRange`.
  public mutating func optionalIntegers(
    _ key: String, count: Int, in range: ClosedRange<Int> = .min ... .max,
    onChange effect: ChangeEffect? = nil, _ meaning: String
  ) throws(ConfigurationError) -> [Int]? {
    let phrase = integerPhrase(range)
    let expected = "\(phrase), or \(count) of them as an array, or null"
    let terms = KeyTerms<[Int]>(
      key: key, usual: nil, effect: effect, meaning: meaning,
      record: { .array($0.map(JSONNode.int)) })
    let kind = ValueKind.either(.integer(range), .array(.integer(range)))
    return try optional(terms, kind) { node throws(ConfigurationError) in
      guard case .array(let elements) = node.content else {
        return Array(repeating: try node.integer(in: range, expected: expected), count: count)
      }
      guard elements.count == count else { throw node.error(expected: expected) }
      var values: [Int] = []
      for element in elements { values.append(try element.integer(in: range, expected: phrase)) }
      return values
    }
  }

  /// Reads a number; bounds as for `JSONNode.number(in:above:below:)`.
  ///
  /// - Throws: `missingKey`, `wrongType` or `outOfRange`.
  public mutating func number(
    _ key: String, default usual: Double? = nil, given: (key: String, usual: Double?)? = nil,
    in range: ClosedRange<Double>? = nil, above: Double? = nil, below: Double? = nil,
    onChange effect: ChangeEffect? = nil, _ meaning: String
  ) throws(ConfigurationError) -> Double {
    let bounds = NumberBounds(range: range, above: above, below: below)
    let phrase = bounds.phrase
    let terms = KeyTerms(
      key: key, usual: usual, exception: given, effect: effect, meaning: meaning,
      record: JSONNode.number)
    return try value(terms, .number(bounds), bounds.any, expected: phrase) {
      node throws(ConfigurationError) in try node.number(bounds, expected: phrase)
    }
  }

  /// Reads a number that may be null, which is none; one that is missing is the default.
  ///
  /// - Throws: `wrongType` or `outOfRange`.
  public mutating func optionalNumber(
    _ key: String, default usual: Double? = nil, given: (key: String, usual: Double?)? = nil,
    in range: ClosedRange<Double>? = nil, above: Double? = nil, below: Double? = nil,
    onChange effect: ChangeEffect? = nil, _ meaning: String
  ) throws(ConfigurationError) -> Double? {
    let bounds = NumberBounds(range: range, above: above, below: below)
    let phrase = bounds.phrase + ", or null"
    let terms = KeyTerms(
      key: key, usual: usual, exception: given, effect: effect, meaning: meaning,
      record: JSONNode.number)
    return try optional(terms, .number(bounds)) { node throws(ConfigurationError) in
      try node.number(bounds, expected: phrase)
    }
  }

  /// Reads a number, or a word that stands for none.
  ///
  /// - Returns: The number; nil for the word.
  /// - Throws: `missingKey`, `wrongType` or `outOfRange`.
  public mutating func number(
    _ key: String, orWord word: String, default usual: Double? = nil,
    in range: ClosedRange<Double>? = nil, onChange effect: ChangeEffect? = nil,
    _ meaning: String
  ) throws(ConfigurationError) -> Double? {
    let bounds = NumberBounds(range: range)
    let phrase = "\(bounds.phrase), or \(quoted(word))"
    let terms = KeyTerms<Double?>(
      key: key, usual: usual.map(Optional.some), effect: effect, meaning: meaning,
      record: { $0.map(JSONNode.number) ?? .string(word) })
    return try value(terms, .either(.number(bounds), .word([word])), nil, expected: phrase) {
      node throws(ConfigurationError) in
      node == .string(word) ? nil : try node.number(bounds, expected: phrase)
    }
  }

  /// Reads `true` or `false`.
  ///
  /// - Throws: `missingKey` or `wrongType`.
  public mutating func boolean(
    _ key: String, default usual: Bool? = nil, onChange effect: ChangeEffect? = nil,
    _ meaning: String
  ) throws(ConfigurationError) -> Bool {
    let terms = KeyTerms(
      key: key, usual: usual, effect: effect, meaning: meaning, record: JSONNode.bool)
    return try value(terms, .boolean, false, expected: "true or false") {
      node throws(ConfigurationError) in try node.boolean()
    }
  }

  /// Reads a string, one of `names` if they are given.
  ///
  /// - Throws: `missingKey`, `wrongType` or `unknownChoice`.
  public mutating func string(
    _ key: String, default usual: String? = nil, given: (key: String, usual: String?)? = nil,
    among names: [String]? = nil, onChange effect: ChangeEffect? = nil, _ meaning: String
  ) throws(ConfigurationError) -> String {
    let terms = KeyTerms(
      key: key, usual: usual, exception: given, effect: effect, meaning: meaning,
      record: JSONNode.string)
    let kind = names.map(ValueKind.word) ?? .string
    return try value(terms, kind, names?.first ?? "any", expected: "a string") {
      node throws(ConfigurationError) in try node.string(among: names)
    }
  }

  /// Reads a string that may be null, which is none; one that is missing is the default.
  ///
  /// - Parameter recordsNull: Whether none is recorded as `null`, or not at all.
  /// - Throws: `wrongType` or `unknownChoice`.
  public mutating func optionalString(
    _ key: String, default usual: String? = nil, given: (key: String, usual: String?)? = nil,
    among names: [String]? = nil, recordsNull: Bool = true,
    onChange effect: ChangeEffect? = nil, _ meaning: String
  ) throws(ConfigurationError) -> String? {
    let terms = KeyTerms(
      key: key, usual: usual, exception: given, effect: effect, meaning: meaning,
      record: JSONNode.string)
    let kind = names.map(ValueKind.word) ?? .string
    return try optional(terms, kind, recordsNull: recordsNull) { node throws(ConfigurationError) in
      try node.string(among: names, expected: "a string, or null")
    }
  }

  /// Reads a word that stands for a value of a type.
  ///
  /// - Throws: `missingKey`, `wrongType` or `unknownChoice`.
  public mutating func word<T: RawRepresentable<String> & CaseIterable>(
    _ key: String, default usual: T, onChange effect: ChangeEffect? = nil, _ meaning: String
  ) throws(ConfigurationError) -> T {
    let names = T.allCases.map(\.rawValue)
    let name = try string(key, default: usual.rawValue, among: names, onChange: effect, meaning)
    return T(rawValue: name) ?? usual
  }

  /// Lets a key stand that says something to others: it is neither read nor recorded.
  public mutating func pass(_ key: String, _ meaning: String) {
    guard isDescribing else { return }
    declare(
      KeyDeclaration(
        name: key, kind: .string, absence: .nothing, meaning: meaning, effect: .nothing))
  }
}

extension ObjectReader {
  /// Reads, or describes, a value that must not be null.
  ///
  /// - Parameter any: Something that may stand there.
  mutating func value<T>(
    _ terms: KeyTerms<T>, _ kind: ValueKind, _ any: T, expected: String,
    read: (JSONNode) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> T {
    if isDescribing {
      declare(terms.declaration(kind, in: self))
      return terms.usual ?? any
    }
    let result: T
    if let found = value(of: terms.key) {
      result = try read(found)
    } else if let usual = usual(terms) {
      result = usual
    } else {
      throw missing(terms.key, expected: expected)
    }
    resolve(terms.key, as: terms.record(result))
    return result
  }

  /// Reads, or describes, a value that may be null.
  mutating func optional<T>(
    _ terms: KeyTerms<T>, _ kind: ValueKind, recordsNull: Bool = true,
    read: (JSONNode) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> T? {
    if isDescribing {
      var declaration = terms.declaration(kind, in: self, missing: recordsNull ? .null : nil)
      declaration.mayBeNull = true
      declare(declaration)
      return terms.usual
    }
    var result = usual(terms)
    if let found = value(of: terms.key) { result = found.isNull ? nil : try read(found) }
    if result != nil || recordsNull { resolve(terms.key, as: result.map(terms.record) ?? .null) }
    return result
  }

  /// The default, which may depend on another key.
  private func usual<T>(_ terms: KeyTerms<T>) -> T? {
    guard let exception = terms.exception, gives(exception.key) else { return terms.usual }
    return exception.usual
  }
}

extension KeyTerms {
  /// A key that must be there where it has no default.
  func declaration(_ kind: ValueKind, in reader: ObjectReader) -> KeyDeclaration {
    declaration(kind, in: reader) { usual in
      usual.map { KeyDeclaration.Absence.usual(record($0)) } ?? .required
    }
  }

  /// A key that may be missing.
  ///
  /// - Parameter missing: What then counts where it has no default; nil for nothing.
  func declaration(
    _ kind: ValueKind, in reader: ObjectReader, missing: JSONNode?
  ) -> KeyDeclaration {
    declaration(kind, in: reader) { usual in
      (usual.map(record) ?? missing).map(KeyDeclaration.Absence.usual) ?? .nothing
    }
  }

  private func declaration(
    _ kind: ValueKind, in reader: ObjectReader, _ absence: (T?) -> KeyDeclaration.Absence
  ) -> KeyDeclaration {
    KeyDeclaration(
      name: key, kind: kind, absence: absence(usual),
      exception: exception.map { .init(key: $0.key, absence: absence($0.usual)) },
      meaning: meaning, effect: effect ?? reader.effect)
  }
}

extension NumberBounds {
  /// A number within them.
  var any: Double {
    let lower = [range?.lowerBound, above].compactMap { $0 }.max() ?? -.infinity
    let upper = [range?.upperBound, below].compactMap { $0 }.min() ?? .infinity
    if lower.isFinite, upper.isFinite { return (lower + upper) / 2 }
    if lower.isFinite { return lower + 1 }
    return upper.isFinite ? upper - 1 : 0
  }
}

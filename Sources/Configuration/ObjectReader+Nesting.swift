/// Objects, arrays and choices inside an object; their resolved values are recorded with it.
extension ObjectReader {
  /// Reads a nested object with `read`.
  ///
  /// - Parameter usual: What is read if the key is missing, usually `.object([])`; nil makes the key
  ///   required.
  /// - Throws: `missingKey`, `wrongType`, `unknownKey`, or what `read` throws.
  public mutating func object<T>(
    _ key: String, default usual: JSONNode? = nil, onChange effect: ChangeEffect? = nil,
    _ meaning: String, read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> T {
    if isDescribing {
      let (value, description) = describe(onChange: effect ?? self.effect, read)
      declare(key, .object(description), usual, effect, meaning)
      return value
    }
    let (value, resolved) = try given(key, default: usual, expected: "an object").object(read: read)
    resolve(key, as: resolved)
    return value
  }

  /// Reads a nested object that may be null or missing.
  ///
  /// - Throws: `wrongType`, `unknownKey`, or what `read` throws.
  public mutating func optionalObject<T>(
    _ key: String, onChange effect: ChangeEffect? = nil, _ meaning: String,
    read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> T? {
    if isDescribing {
      let description = describe(onChange: effect ?? self.effect, read).description
      declare(key, .object(description), .null, effect, meaning, mayBeNull: true)
      return nil
    }
    guard let found = value(of: key), !found.isNull else {
      resolve(key, as: .null)
      return nil
    }
    let (value, resolved) = try found.object(read: read)
    resolve(key, as: resolved)
    return value
  }

  /// Takes a nested object that is read later by `read`; it resolves to itself until `resolve(_:as:)` replaces it.
  ///
  /// - Throws: `missingKey` or `wrongType`.
  public mutating func laterObject<T>(
    _ key: String, onChange effect: ChangeEffect? = nil, _ meaning: String,
    read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> JSONNode {
    if isDescribing {
      let description = describe(onChange: effect ?? self.effect, read).description
      declare(key, .object(description), nil, effect, meaning)
      return .object([])
    }
    let found = try given(key, default: nil, expected: "an object")
    _ = try found.members()
    resolve(key, as: found)
    return found
  }

  /// Reads a string, or an object with `read`, or null for none.
  ///
  /// - Parameters:
  ///   - given: Another key, and the default where that one is given; otherwise it is none.
  ///   - expected: What may stand there, for errors.
  ///   - record: What a value resolves to.
  ///   - string: What a string stands for.
  /// - Throws: `wrongType`, `unknownKey`, or what `read` throws.
  public mutating func optionalStringOrObject<T>(
    _ key: String, given: (key: String, usual: T?)? = nil, expected: String,
    onChange effect: ChangeEffect? = nil, record: @escaping (T) -> JSONNode, _ meaning: String,
    string: (String) -> T, read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> T? {
    let terms = KeyTerms(
      key: key, usual: nil, exception: given, effect: effect, meaning: meaning, record: record)
    let description =
      isDescribing ? describe(onChange: effect ?? self.effect, read).description : nil
    let kind = ValueKind.either(.string, .object(description ?? ObjectDescription([])))
    return try optional(terms, kind) { node throws(ConfigurationError) in
      switch node.content {
      case .string(let word): string(word)
      case .object: try node.object(read: read).value
      case .null, .bool, .number, .array: throw node.error(.wrongType, expected: expected)
      }
    }
  }

  /// Reads an object whose keys are names of someone's own, and whose values are strings or objects; null for none.
  ///
  /// - Parameters:
  ///   - expected: What a value may be, for errors.
  ///   - string: What a string stands for.
  ///   - read: Reads an object.
  /// - Returns: Names, values, and what these were read from, in order.
  /// - Throws: `wrongType`, `unknownKey`, or what `read` throws.
  public mutating func optionalMap<T>(
    _ key: String, expected: String, onChange effect: ChangeEffect? = nil, _ meaning: String,
    string: (String) -> T, read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> [(name: String, value: T, node: JSONNode)]? {
    if isDescribing {
      let object = ValueKind.object(describe(onChange: effect ?? self.effect, read).description)
      declareMap(
        key, .either(.string, object), recordsNull: true, effect, meaning)
      return nil
    }
    return try map(key, recordsNull: true) { node throws(ConfigurationError) in
      switch node.content {
      case .string(let word): return (string(word), node)
      case .object: return try node.object(read: read)
      case .null, .bool, .number, .array: throw node.error(.wrongType, expected: expected)
      }
    }
  }

  /// Reads an object whose keys are names of someone's own, and whose values are strings; null for none.
  ///
  /// - Parameter recordsNull: Whether none is recorded as `null`, or not at all.
  /// - Returns: Names, values, and what these were read from, in order.
  /// - Throws: `wrongType`.
  public mutating func optionalMap(
    _ key: String, recordsNull: Bool = true, onChange effect: ChangeEffect? = nil,
    _ meaning: String
  ) throws(ConfigurationError) -> [(name: String, value: String, node: JSONNode)]? {
    if isDescribing {
      declareMap(key, .string, recordsNull: recordsNull, effect, meaning)
      return nil
    }
    return try map(key, recordsNull: recordsNull) { node throws(ConfigurationError) in
      (try node.string(), node)
    }
  }

  /// Reads an array of strings.
  ///
  /// - Throws: `missingKey` or `wrongType`.
  public mutating func strings(
    _ key: String, default usual: [String]? = nil, onChange effect: ChangeEffect? = nil,
    _ meaning: String
  ) throws(ConfigurationError) -> [String] {
    let usual = usual.map { $0.map(JSONNode.string) }
    if isDescribing { declare(key, .array(.string), usual.map(JSONNode.array), effect, meaning) }
    return try elements(key, usual) { node throws(ConfigurationError) in (try node.string(), node) }
  }

  /// Reads an array of objects, each with `read`.
  ///
  /// - Throws: `missingKey`, `wrongType`, `unknownKey`, or what `read` throws.
  public mutating func objects<T>(
    _ key: String, default usual: [JSONNode]? = nil, onChange effect: ChangeEffect? = nil,
    _ meaning: String, read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> [T] {
    if isDescribing {
      let element = ValueKind.object(describe(onChange: effect ?? self.effect, read).description)
      declare(key, .array(element), usual.map(JSONNode.array), effect, meaning)
    }
    return try elements(key, usual) { node throws(ConfigurationError) in
      try node.object(read: read)
    }
  }

  /// Reads an array of choices from `table`.
  ///
  /// - Parameter limit: How many there may be.
  /// - Returns: The values, each with what it was read from.
  /// - Throws: `missingKey`, `wrongType`, or what `JSONNode.choice(of:among:)` throws.
  public mutating func choices<T>(
    _ key: String, of axis: String, default usual: [JSONNode]? = nil, atMost limit: Int = .max,
    onChange effect: ChangeEffect? = nil, among table: [Alternative<T>], _ meaning: String
  ) throws(ConfigurationError) -> [(value: T, node: JSONNode)] {
    if isDescribing {
      let description = ChoiceDescription.of(axis, table, onChange: effect ?? self.effect)
        .description
      declare(key, .array(.choice(description)), usual.map(JSONNode.array), effect, meaning)
    }
    let count = isDescribing ? 0 : try value(of: key)?.elements().count ?? 0
    guard count <= limit else {
      throw error(
        key, expected: "at most \(limit) \(axis)s", found: "\(count) \(axis)s")
    }
    return try elements(key, usual) { node throws(ConfigurationError) in
      let (value, resolved) = try node.choice(of: axis, among: table)
      return ((value, node), resolved)
    }
  }

  /// Reads one of the choices in `table`; see `JSONNode.choice(of:among:)`.
  ///
  /// - Throws: `missingKey`, or what that throws.
  public mutating func choice<T>(
    _ key: String, of axis: String, default usual: JSONNode? = nil,
    onChange effect: ChangeEffect? = nil, among table: [Alternative<T>], _ meaning: String
  ) throws(ConfigurationError) -> T {
    if isDescribing {
      let (values, description) = ChoiceDescription.of(
        axis, table, onChange: effect ?? self.effect)
      declare(key, .choice(description), usual, effect, meaning)
      let name = usual.flatMap { try? Choice($0, of: axis, among: table.map(\.name)).name }
      return values[table.firstIndex(where: { $0.name == name }) ?? 0]
    }
    let found = try given(key, default: usual, expected: "a choice of \(axis)")
    let (value, resolved) = try found.choice(of: axis, among: table)
    resolve(key, as: resolved)
    return value
  }
}

extension ObjectReader {
  /// Reads an array of objects, each with `read`, that may be null or missing; then nothing is recorded.
  ///
  /// - Throws: `wrongType`, `unknownKey`, or what `read` throws.
  public mutating func optionalObjects<T>(
    _ key: String, onChange effect: ChangeEffect? = nil, _ meaning: String,
    read: (inout ObjectReader) throws(ConfigurationError) -> T
  ) throws(ConfigurationError) -> [T]? {
    if isDescribing {
      let element = describe(onChange: effect ?? self.effect, read).description
      declare(
        KeyDeclaration(
          name: key, kind: .array(.object(element)), mayBeNull: true, absence: .nothing,
          meaning: meaning, effect: effect ?? self.effect))
      return nil
    }
    guard gives(key) else { return nil }
    return try elements(key, nil) { node throws(ConfigurationError) in
      try node.object(read: read)
    }
  }

  private mutating func declareMap(
    _ key: String, _ element: ValueKind, recordsNull: Bool, _ effect: ChangeEffect?,
    _ meaning: String
  ) {
    declare(
      KeyDeclaration(
        name: key, kind: .map(element), mayBeNull: true,
        absence: recordsNull ? .usual(.null) : .nothing, meaning: meaning,
        effect: effect ?? self.effect))
  }
}

extension ObjectReader {
  /// Reads an array element by element; there is none while it is described.
  private mutating func elements<T>(
    _ key: String, _ usual: [JSONNode]?,
    read: (JSONNode) throws(ConfigurationError) -> (value: T, resolved: JSONNode)
  ) throws(ConfigurationError) -> [T] {
    if isDescribing { return [] }
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

  /// Reads the values of an object one after another.
  private mutating func map<T>(
    _ key: String, recordsNull: Bool,
    read: (JSONNode) throws(ConfigurationError) -> (value: T, resolved: JSONNode)
  ) throws(ConfigurationError) -> [(name: String, value: T, node: JSONNode)]? {
    guard let found = value(of: key), !found.isNull else {
      if recordsNull { resolve(key, as: .null) }
      return nil
    }
    var values: [(name: String, value: T, node: JSONNode)] = []
    var resolved: [JSONNode.Member] = []
    for member in try found.members() {
      let result = try read(member.value)
      values.append((member.key, result.value, member.value))
      resolved.append(JSONNode.Member(key: member.key, value: result.resolved))
    }
    resolve(key, as: JSONNode(.object(resolved), origin: found.origin, location: found.location))
    return values
  }

  /// The value of `key`, or its default moved to where the value would stand.
  private func given(
    _ key: String, default usual: JSONNode?, expected: String
  ) throws(ConfigurationError) -> JSONNode {
    if let found = value(of: key) { return found }
    guard let usual else { throw missing(key, expected: expected) }
    return usual.moved(to: .key(node.location, key), origin: .builtIn)
  }

  private mutating func declare(
    _ key: String, _ kind: ValueKind, _ usual: JSONNode?, _ effect: ChangeEffect?,
    _ meaning: String, mayBeNull: Bool = false
  ) {
    declare(
      KeyDeclaration(
        name: key, kind: kind, mayBeNull: mayBeNull,
        absence: usual.map(KeyDeclaration.Absence.usual) ?? .required, meaning: meaning,
        effect: effect ?? self.effect))
  }
}

extension ChoiceDescription {
  /// Describes a table, and what each of its lines makes of nothing.
  ///
  /// - Precondition: There is a line.
  fileprivate static func of<T>(
    _ axis: String, _ table: [Alternative<T>], onChange effect: ChangeEffect
  ) -> (values: [T], description: ChoiceDescription) {
    precondition(!table.isEmpty, "ObjectReader: \(axis) is a choice of nothing")
    var result = ChoiceDescription(axis: axis, alternatives: [])
    let values = table.map { line in
      let (value, options) = describe(onChange: effect, line.read)
      result.alternatives.append(
        Entry(name: line.name, meaning: line.meaning, options: options))
      return value
    }
    return (values, result)
  }
}

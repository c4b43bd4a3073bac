extension ObjectDescription {
  /// A JSON Schema of the object, draft 2020-12. It accepts all that the reader accepts, and refuses unknown keys and
  /// names, other types and numbers out of range; how keys must fit each other, only the reader knows.
  package func schema(title: String) -> JSONNode {
    var writer = SchemaWriter()
    let object = writer.object(self)
    let head: [(String, JSONNode)] = [
      ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      ("title", .string(title)),
    ]
    return .object(head + object + [("$defs", .object(writer.definitions.map(\.written)))])
  }
}

/// The members of an object of a schema.
private typealias Members = [(String, JSONNode)]

/// Writes descriptions as schemas; each choice once, under `$defs`.
private struct SchemaWriter {
  /// A choice, its name under `$defs`, and its schema.
  struct Definition {
    var choice: ChoiceDescription
    var written: (String, JSONNode)
  }

  private(set) var definitions: [Definition] = []

  mutating func object(_ description: ObjectDescription) -> Members {
    var (properties, rules): (Members, [JSONNode]) = ([], [])
    for key in description.keys {
      properties.append((key.name, .object(property(key))))
      if let exception = key.exception, key.absence == .required {
        rules.append(.object([("anyOf", .array([given(key.name), given(exception.key)]))]))
      }
      if let other = key.excludes {
        let both = JSONNode.object([("required", .array([.string(key.name), .string(other)]))])
        rules.append(.object([("not", both)]))
      }
    }
    let required = description.keys.filter { $0.absence == .required && $0.exception == nil }
    let needs = description.keys.compactMap { key in
      key.needs.map { (key.name, JSONNode.array([.string($0)])) }
    }
    var members: Members = [("type", .string("object")), ("properties", .object(properties))]
    if !required.isEmpty {
      members.append(("required", .array(required.map { .string($0.name) })))
    }
    if !needs.isEmpty { members.append(("dependentRequired", .object(needs))) }
    if !rules.isEmpty { members.append(("allOf", .array(rules))) }
    return members + [("additionalProperties", .bool(false))]
  }

  /// That a key has a value, other than null.
  private func given(_ key: String) -> JSONNode {
    let notNull = JSONNode.object([("not", .object([("type", .string("null"))]))])
    return .object([
      ("required", .array([.string(key)])), ("properties", .object([(key, notNull)])),
    ])
  }

  private mutating func property(_ key: KeyDeclaration) -> Members {
    var members = key.mayBeNull ? orNull(schema(of: key.kind)) : schema(of: key.kind)
    members.append(("description", .string(key.hint)))
    if case .usual(let value) = key.absence, key.exception == nil {
      members.append(("default", value))
    }
    return members
  }

  private mutating func schema(of kind: ValueKind) -> Members {
    switch kind {
    case .integer(let range): bounds(of: range)
    case .number(let bounds): [("type", .string("number"))] + bounds.keywords
    case .boolean: [("type", .string("boolean"))]
    case .string: [("type", .string("string"))]
    case .word(let names): [("enum", .array(names.map(JSONNode.string)))]
    case .object(let description): object(description)
    case .choice(let choice): [("$ref", .string("#/$defs/\(name(of: choice))"))]
    case .array(let element):
      [("type", .string("array")), ("items", .object(schema(of: element)))]
    case .map(let element):
      [("type", .string("object")), ("additionalProperties", .object(schema(of: element)))]
    case .either(let first, let second):
      [("anyOf", .array([.object(schema(of: first)), .object(schema(of: second))]))]
    }
  }

  private func bounds(of range: ClosedRange<Int>) -> Members {
    var members: Members = [("type", .string("integer"))]
    if range.lowerBound > .min { members.append(("minimum", .int(range.lowerBound))) }
    if range.upperBound < .max { members.append(("maximum", .int(range.upperBound))) }
    return members
  }

  private func orNull(_ members: Members) -> Members {
    if case .string(let type)? = members.first(where: { $0.0 == "type" })?.1.content {
      return [("type", .array([.string(type), .string("null")]))]
        + members.filter { $0.0 != "type" }
    }
    return [("anyOf", .array([.object(members), .object([("type", .string("null"))])]))]
  }

  /// The name of a choice under `$defs`: what is chosen, with a number where that is not the same everywhere.
  private mutating func name(of choice: ChoiceDescription) -> String {
    if let known = definitions.first(where: { $0.choice == choice }) { return known.written.0 }
    let others = definitions.count { $0.choice.axis == choice.axis }
    let name = others == 0 ? choice.axis : "\(choice.axis)\(others + 1)"
    definitions.append(Definition(choice: choice, written: (name, .null)))
    let index = definitions.count - 1
    let schema = JSONNode.object([("oneOf", .array(alternatives(of: choice)))])
    definitions[index].written.1 = schema
    return name
  }

  /// A bare word for each that needs no option, and an object with one key.
  private mutating func alternatives(of choice: ChoiceDescription) -> [JSONNode] {
    let words = choice.alternatives.filter { entry in
      !entry.options.keys.contains { $0.absence == .required && $0.exception == nil }
    }
    var properties: Members = []
    for entry in choice.alternatives {
      let description: Members = [("description", .string(withoutLinks(entry.meaning)))]
      properties.append((entry.name, .object(object(entry.options) + description)))
    }
    return words.map {
      .object([
        ("const", .string($0.name)), ("description", .string(withoutLinks($0.meaning))),
      ])
    } + [
      .object([
        ("type", .string("object")), ("properties", .object(properties)),
        ("minProperties", .int(1)), ("maxProperties", .int(1)),
        ("additionalProperties", .bool(false)),
      ])
    ]
  }
}

extension NumberBounds {
  fileprivate var keywords: Members {
    let (lower, upper) = (range?.lowerBound ?? -.infinity, range?.upperBound ?? .infinity)
    var members: Members = []
    if let above { members.append(("exclusiveMinimum", .number(above))) }
    if lower.isFinite, lower != above { members.append(("minimum", .number(lower))) }
    if let below { members.append(("exclusiveMaximum", .number(below))) }
    if upper.isFinite, upper != below { members.append(("maximum", .number(upper))) }
    return members
  }
}

extension KeyDeclaration {
  /// What an editor shows: the meaning, a default that depends on another key, and what a change does.
  fileprivate var hint: String {
    var sentences = [withoutLinks(meaning)]
    if exception != nil { sentences.append("By default: \(defaultText).") }
    return (sentences + [effect.sentence]).joined(separator: " ")
  }
}

/// A text in Markdown with the words of its links alone.
private func withoutLinks(_ text: String) -> String {
  text.replacing(/\[([^\]]*)\]\([^)]*\)/) { $0.output.1 }
}

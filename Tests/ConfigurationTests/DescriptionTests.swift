import Configuration
import Testing

/// What is made of the lines that read keys.
@Suite struct DescriptionTests {
  private static func layer(_ reader: inout ObjectReader) throws(ConfigurationError) {
    _ = try reader.integer("units", in: 1...9, "Units of the result; see [layers](a.md#layers).")
  }

  private static var layers: [Alternative<Void>] {
    [
      Alternative("dense", "A product.", read: layer),
      Alternative("relu", "max(0, x).") { _ in () },
    ]
  }

  private static let keys = ObjectDescription { (reader) throws(ConfigurationError) in
    reader.pass("$schema", "A schema.")
    _ = try reader.optionalString("source", among: ["a", "b"], recordsNull: false, "A source.")
    _ = try reader.only(with: "source") { (reader) throws(ConfigurationError) in
      try reader.integer("size", default: 3, in: 1...(.max), "How many.")
    }
    _ = try reader.string("file", given: ("source", "a.h5"), onChange: .nothing, "A file.")
    try reader.object("training", onChange: .epochAgain, "How to train.") {
      (reader) throws(ConfigurationError) in
      _ = try reader.optionalNumber(
        "rate", default: 0.5, in: 0...1, above: 0, onChange: .end, "A | rate.")
      _ = try reader.choices("layers", of: "layer", default: [], among: layers, "Layers.")
      _ = try reader.choice(
        "last", of: "layer", default: .string("relu"), onChange: .arithmetic, among: layers,
        "A layer.")
      try reader.inheriting(from: reader.node) { (reader) throws(ConfigurationError) in
        _ = try reader.boolean("fast", default: true, "Whether it is fast.")
      }
    }
  }

  @Test(arguments: [
    ("file", ChangeEffect.nothing), ("$schema", .nothing), ("size", .arithmetic),
    ("training", .epochAgain), ("training.rate", .end), ("training.fast", .epochAgain),
    ("training.layers", .epochAgain), ("training.last", .arithmetic),
    ("training.last.dense", .arithmetic), ("training.last.dense.units", .arithmetic),
    ("training.unknown", .epochAgain), ("training.rate.unknown", .end), ("unknown", .arithmetic),
    ("trainings", .arithmetic),
  ])
  func aChangeDoesWhatTheNearestKeySays(path: String, effect: ChangeEffect) {
    #expect(Self.keys.effect(ofChangeAt: path) == effect)
  }

  @Test func aKeyIsFoundByItsPath() {
    #expect(Self.keys.key(at: "training.last.dense.units")?.name == "units")
    #expect(Self.keys.key(at: "training.layers.dense.units")?.kind == .integer(1...9))
    #expect(Self.keys.key(at: "file")?.absence == .required)
    #expect(Self.keys.key(at: "size")?.needs == "source")
    for path in ["training.last.dense", "training.none", "file.a", ""] {
      #expect(Self.keys.key(at: path) == nil, "\(path)")
    }
  }

  /// Written by hand after the specification, draft 2020-12.
  @Test func aSchemaSaysAllThatADeclarationDoes() throws {
    let expected = try parsed(
      #"""
      { "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "T", "type": "object",
        "properties": {
          "$schema": { "type": "string", "description": "A schema. May be changed on resume." },
          "source": { "anyOf": [{ "enum": ["a", "b"] }, { "type": "null" }],
            "description": "A source. A change on resume computes differently from there on." },
          "size": { "type": "integer", "minimum": 1,
            "description": "How many. A change on resume computes differently from there on.",
            "default": 3 },
          "file": { "type": "string",
            "description": "A file. By default: required; `a.h5` with `source`. May be changed on resume." },
          "training": { "type": "object",
            "properties": {
              "rate": { "type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 1,
                "description": "A | rate. May be changed on resume; the schedule `cosine` then computes differently.",
                "default": 0.5 },
              "layers": { "type": "array", "items": { "$ref": "#/$defs/layer" },
                "description": "Layers. A change on resume starts the epoch again and forgets the best.",
                "default": [] },
              "last": { "$ref": "#/$defs/layer2",
                "description": "A layer. A change on resume computes differently from there on.",
                "default": "relu" },
              "fast": { "type": "boolean",
                "description": "Whether it is fast. A change on resume starts the epoch again and forgets the best." } },
            "additionalProperties": false,
            "description": "How to train. A change on resume starts the epoch again and forgets the best." } },
        "required": ["training"], "dependentRequired": { "size": ["source"] },
        "allOf": [{ "anyOf": [
          { "required": ["file"], "properties": { "file": { "not": { "type": "null" } } } },
          { "required": ["source"], "properties": { "source": { "not": { "type": "null" } } } }] }],
        "additionalProperties": false }
      """#)
    let schema = Self.keys.schema(title: "T")
    let members = try schema.members()
    #expect(members.last?.key == "$defs")
    #expect(JSONNode(.object(Array(members.dropLast()))).text() == expected.text())
    let layer = try parsed(
      #"""
      { "oneOf": [
        { "const": "relu", "description": "max(0, x)." },
        { "type": "object",
          "properties": {
            "dense": { "type": "object",
              "properties": { "units": { "type": "integer", "minimum": 1, "maximum": 9,
                "description": "Units of the result; see layers. A change on resume starts the epoch again and forgets the best." } },
              "required": ["units"], "additionalProperties": false, "description": "A product." },
            "relu": { "type": "object", "properties": {}, "additionalProperties": false,
              "description": "max(0, x)." } },
          "minProperties": 1, "maxProperties": 1, "additionalProperties": false }] }
      """#)
    #expect(schema["$defs"]?["layer"]?.text() == layer.text())
  }

  private static let page = """
    Before.
    <!-- keys of all -->
    old
    <!-- end of keys -->
    Between.
    <!-- keys of training.layers --><!-- end of keys -->
    After.

    """

  @Test func aPageGetsItsTables() throws {
    let page = """
      Before.
      <!-- keys of all -->
      | key | value | default | meaning | a change on resume |
      |---|---|---|---|---|
      | `$schema` | string | absent | A schema. | nothing |
      | `source` | `a` or `b` or null | absent | A source. | computes differently |
      | `size` | integer ≥ 1 | `3` | How many. | computes differently |
      | `file` | string | required; `a.h5` with `source` | A file. | nothing |
      | `training` | object | required | How to train. | epoch starts again |
      | `training.rate` | number > 0 and ≤ 1 or null | `0.5` | A \\| rate. | ends elsewhere |
      | `training.layers` | array of choices | `[]` | Layers. | epoch starts again |
      | `training.last` | choice | `relu` | A layer. | computes differently |
      | `training.fast` | true or false | the section's | Whether it is fast. | epoch starts again |
      <!-- end of keys -->
      Between.
      <!-- keys of training.layers -->
      | choice | option | value | default | meaning |
      |---|---|---|---|---|
      | `dense` |  |  |  | A product. |
      |  | `units` | integer 1…9 | required | Units of the result; see [layers](a.md#layers). |
      | `relu` |  |  |  | max(0, x). |
      <!-- end of keys -->
      After.

      """
    #expect(try Self.keys.page(Self.page) == page)
    #expect(try Self.keys.page(page) == page)
  }

  @Test(arguments: [
    ("<!-- keys of nothing --><!-- end of keys -->", "nothing: no key declares it"),
    ("<!-- keys of file --><!-- end of keys -->", "file: it holds neither keys nor choices"),
    ("<!-- keys of all -->", "all: its table has no end: <!-- end of keys -->"),
  ])
  func aTableThatCannotBeMadeIsNamed(page: String, message: String) {
    let error = #expect(throws: PageError.self) { try Self.keys.page(page) }
    #expect(error?.description == "table of the keys of \(message)")
  }

  /// Options that all choices have stand in the table once.
  @Test func commonOptionsStandOnce() throws {
    func named(_ reader: inout ObjectReader) throws(ConfigurationError) {
      _ = try reader.optionalString("name", recordsNull: false, "Its name.")
    }
    let keys = ObjectDescription { (reader) throws(ConfigurationError) in
      try reader.choice(
        "c", of: "c",
        among: [
          Alternative("a", "A.", read: named),
          Alternative("b", "B.") { (reader) throws(ConfigurationError) in
            try named(&reader)
            _ = try reader.integer("i", default: 1, "I.")
          },
        ], "C.")
    }
    let page = try keys.page("<!-- keys of c --><!-- end of keys -->")
    #expect(
      page == """
        <!-- keys of c -->
        | choice | option | value | default | meaning |
        |---|---|---|---|---|
        | each | `name` | string or null | absent | Its name. |
        | `a` |  |  |  | A. |
        | `b` |  |  |  | B. |
        |  | `i` | integer | `1` | I. |
        <!-- end of keys -->
        """)
  }

  /// What several choices have alike in default and meaning stands with the first.
  @Test func optionsOfRelativesStandOnce() throws {
    func moments(
      _ reader: inout ObjectReader, rate: Double
    ) throws(ConfigurationError) {
      _ = try reader.number("rate", default: rate, "Rate.")
      _ = try reader.number("beta", default: 0.9, "Beta.")
      _ = try reader.number("epsilon", default: 1e-8, "Epsilon.")
    }
    let keys = ObjectDescription { (reader) throws(ConfigurationError) in
      try reader.choice(
        "c", of: "c",
        among: [
          Alternative("a", "A.") { (reader) throws(ConfigurationError) in
            try moments(&reader, rate: 1)
          },
          Alternative("b", "B.") { (reader) throws(ConfigurationError) in
            try moments(&reader, rate: 2)
          },
          Alternative("d", "D.") { (reader) throws(ConfigurationError) in
            _ = try reader.number("rate", default: 1, "Rate.")
          },
        ], "C.")
    }
    let page = try keys.page("<!-- keys of c --><!-- end of keys -->")
    #expect(
      page == """
        <!-- keys of c -->
        | choice | option | value | default | meaning |
        |---|---|---|---|---|
        | `a` |  |  |  | A. |
        |  | `rate` | number | `1` | Rate. |
        |  | `beta` | number | `0.9` | Beta. |
        |  | `epsilon` | number | `1e-08` | Epsilon. |
        | `b` |  |  |  | B. |
        |  | `beta`, `epsilon` |  |  | As of `a`. |
        |  | `rate` | number | `2` | Rate. |
        | `d` |  |  |  | D. |
        |  | `rate` | number | `1` | Rate. |
        <!-- end of keys -->
        """)
  }
}

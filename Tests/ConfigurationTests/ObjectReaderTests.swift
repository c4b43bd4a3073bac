import Configuration
import Testing

@Suite struct ObjectReaderTests {
  @Test func readsGivenAndDefaultValues() throws {
    let node = try parsed(
      #"{"i": 3.0, "n": 1e-3, "b": true, "s": "x", "big": 9007199254740993, "min": -9223372036854775808}"#
    )
    let (values, resolved) = try node.object { (reader) throws(ConfigurationError) in
      (
        integers: [
          try reader.integer("i", in: 1...5, "I."), try reader.integer("j", default: 7, "J."),
          try reader.integer("big", "Big."), try reader.integer("min", "Min."),
        ],
        numbers: [
          try reader.number("n", above: 0, "N."),
          try reader.number("m", default: 2, in: 0...4, "M."),
        ],
        booleans: [
          try reader.boolean("b", default: false, "B."),
          try reader.boolean("c", default: false, "C."),
        ],
        strings: [
          try reader.string("s", "S."),
          try reader.string("t", default: "y", among: ["x", "y"], "T."),
        ]
      )
    }
    #expect(values.integers == [3, 7, 9_007_199_254_740_993, .min])
    #expect(values.numbers == [0.001, 2])
    #expect(values.booleans == [true, false])
    #expect(values.strings == ["x", "y"])
    #expect(
      resolved.text(pretty: false)
        == #"{"i":3,"j":7,"big":9007199254740993,"min":-9223372036854775808,"n":0.001,"#
        + #""m":2,"b":true,"c":false,"s":"x","t":"y"}"#)
  }

  @Test func optionalsTakeNullAndAbsence() throws {
    let node = try parsed(#"{"i": null, "j": 2, "n": null, "s": null, "o": null}"#)
    let (values, resolved) = try node.object { (reader) throws(ConfigurationError) in
      (
        integers: [
          try reader.optionalInteger("i", default: 5, "I."),
          try reader.optionalInteger("j", in: 0...2, "J."),
          try reader.optionalInteger("k", default: 5, "K."),
        ],
        numbers: [
          try reader.optionalNumber("n", "N."), try reader.optionalNumber("missing", "None."),
        ],
        strings: [
          try reader.optionalString("s", "S."),
          try reader.optionalString("t", recordsNull: false, "T."),
        ],
        object: try reader.optionalObject("o", "O.") { (r) throws(ConfigurationError) in
          try r.integer("a", "A.")
        }
      )
    }
    #expect(values.integers == [nil, 2, 5])
    #expect(values.numbers == [nil, nil] && values.strings == [nil, nil] && values.object == nil)
    #expect(
      resolved.text(pretty: false)
        == #"{"i":null,"j":2,"k":5,"n":null,"missing":null,"s":null,"o":null}"#)
  }

  @Test(arguments: [
    (#"{"n": 3}"#, 3, #"{"n":3}"#), (#"{"n": "learned"}"#, nil, #"{"n":"learned"}"#),
    ("{}", 1, #"{"n":1}"#),
  ])
  func aWordMayStandForNoNumber(text: String, value: Double?, resolved: String) throws {
    let result = try parsed(text).object { (reader) throws(ConfigurationError) in
      try reader.number("n", orWord: "learned", default: 1, in: 0...9, "N.")
    }
    #expect(result.value == value && result.resolved.text(pretty: false) == resolved)
  }

  /// A default may depend on whether another key is given, and a key may need another.
  @Test(arguments: [
    (#"{"b": 3}"#, #"{"a":1,"b":3}"#), (#"{"s": "x"}"#, #"{"s":"x","size":9,"a":2,"b":null}"#),
    (#"{"s": "x", "a": 5, "b": 4, "size": 1}"#, #"{"s":"x","size":1,"a":5,"b":4}"#),
    (#"{"s": null, "b": 3}"#, #"{"a":1,"b":3}"#),
  ])
  func keysDependOnOthers(text: String, resolved: String) throws {
    let result = try parsed(text).object(read: Self.dependent)
    #expect(result.resolved.text(pretty: false) == resolved)
  }

  private static func dependent(_ reader: inout ObjectReader) throws(ConfigurationError) {
    _ = try reader.optionalString("s", recordsNull: false, "S.")
    _ = try reader.only(with: "s") { (reader) throws(ConfigurationError) in
      try reader.integer("size", default: 9, "Size.")
    }
    _ = try reader.integer("a", default: 1, given: ("s", 2), "A.")
    _ = try reader.optionalInteger("b", default: 7, given: ("s", nil), "B.")
  }

  @Test func aKeyThatNeedsAnotherDoesNotStandAlone() {
    Refusal(
      .invalid, #"{"size": 1}"#,
      "c.json:1: size: expected nothing without \"s\", found 1. Leave out \"size\", or give \"s\" "
        + "too."
    ).check { _ = try parsed(#"{"size": 1}"#).object(read: Self.dependent) }
  }

  /// Keys may stand in place of another.
  @Test(arguments: [
    (#"{"all": "x"}"#, nil), (#"{"one": 1, "two": 5}"#, nil), (#"{"one": 1}"#, nil),
    ("{}", "c.json:1: one: missing required key, expected an integer"),
    (
      #"{"all": "x", "two": 1}"#,
      "c.json:1: two: expected nothing beside \"all\", found 1. Leave out \"two\" or \"all\"."
    ),
  ])
  func keysExcludeOthers(text: String, message: String?) throws {
    func read() throws {
      _ = try parsed(text).object { (reader) throws(ConfigurationError) in
        _ = try reader.optionalString("all", recordsNull: false, "All.")
        _ = try reader.unless("all") { (reader) throws(ConfigurationError) in
          [try reader.integer("one", "One."), try reader.integer("two", default: 2, "Two.")]
        }
      }
    }
    guard let message else { return try read() }
    let error = #expect(throws: ConfigurationError.self) { try read() }
    #expect(error?.description == message)
  }

  @Test func nestingRecordsResolvedValues() throws {
    let node = try parsed(
      #"{"list": ["x"], "l": [{"a": 2}, {}], "later": {"k": [0]}, "o": {"a": 5}, "p": {}, "e": "w"}"#
    )
    func section(_ r: inout ObjectReader) throws(ConfigurationError) -> Int {
      try r.integer("a", default: 1, "A.")
    }
    let (values, resolved) = try node.object { (reader) throws(ConfigurationError) in
      (
        integers: [
          try reader.object("o", "O.", read: section),
          try reader.optionalObject("p", "P.", read: section),
          try reader.object("q", default: .object([]), "Q.", read: section),
          try reader.object("r", default: .object([("a", .int(9))]), "R.", read: section),
        ] + (try reader.objects("l", "L.", read: section)),
        strings: try reader.strings("list", "List."),
        later: try reader.laterObject("later", "Later.", read: section),
        either: [
          try reader.optionalStringOrObject(
            "e", expected: "e", record: JSONNode.int, "E.", string: \.count, read: section),
          try reader.optionalStringOrObject(
            "f", given: ("p", 8), expected: "f", record: JSONNode.int, "F.", string: \.count,
            read: section),
        ]
      )
    }
    #expect(values.integers == [5, 1, 1, 9, 2, 1])
    #expect(values.strings == ["x"] && values.either == [1, 8])
    #expect(values.later["k"] == .array([.int(0)]))
    #expect(
      resolved.text(pretty: false)
        == #"{"o":{"a":5},"p":{"a":1},"q":{"a":1},"r":{"a":9},"l":[{"a":2},{"a":1}],"#
        + #""list":["x"],"later":{"k":[0]},"e":1,"f":8}"#)
    #expect(resolved.setting("e", to: .null)["e"]?.isNull == true)
    #expect(try resolved.setting("new", to: .int(1)).members().last?.key == "new")
  }

  /// Reading the resolved configuration gives it again.
  @Test func resolvedIsAFixedPoint() throws {
    func resolve(_ node: JSONNode) throws -> JSONNode {
      try node.object { (reader) throws(ConfigurationError) in
        _ = try reader.integer("epochs", default: 10, "Epochs.")
        _ = try reader.optionalNumber("clipNorm", "Norm.")
        _ = try reader.object("adam", default: .object([]), "Adam.") {
          (r) throws(ConfigurationError) in
          try r.number("learningRate", default: 1e-3, above: 0, "Rate.")
        }
      }.resolved
    }
    let once = try resolve(.object([]))
    #expect(
      once.text(pretty: false) == #"{"epochs":10,"clipNorm":null,"adam":{"learningRate":0.001}}"#)
    #expect(try resolve(parsed(once.text())) == once)
  }

  /// Values of another object count where one has none; what it has itself is read first.
  @Test func valuesAreInherited() throws {
    let outer = try parsed(#"{"a": 7, "b": 8}"#)
    let (value, resolved) = try parsed(#"{"b": 2}"#).object { (reader) throws(ConfigurationError) in
      try reader.inheriting(from: outer) { (reader) throws(ConfigurationError) in
        [try reader.integer("a", default: 1, "A."), try reader.integer("b", default: 1, "B.")]
      }
    }
    #expect(value == [7, 2] && resolved.text(pretty: false) == #"{"a":7,"b":2}"#)
  }

  @Test(arguments: [
    ("a", "an even number", nil, "c.json:2: o.a: expected an even number, found 5. Add one."),
    ("b", "less than a", nil, "c.json:1: o.b: expected less than a, found 4 by default. Add one."),
    (
      "c", "x", String(repeating: "y", count: 70),
      "c.json:1: o.c: expected x, found " + String(repeating: "y", count: 60) + "…. Add one."
    ),
  ])
  func callersOwnErrorsHavePathAndLine(
    key: String, expected: String, found: String?, message: String
  ) throws {
    let node = try parsed("{\"o\": {\n\"a\": 5}}").members()[0].value
    let (error, _) = try node.object { (reader) throws(ConfigurationError) in
      _ = try reader.integer("a", "A.")
      _ = try reader.integer("b", default: 4, "B.")
      return reader.error(key, expected: expected, found: found, remedy: "Add one.")
    }
    #expect(error.description == message)
  }

  /// A key that shows only where something else has a value is in no description.
  @Test func keysThatComeAndGoTrap() async {
    await #expect(processExitsWith: .failure) {
      _ = try parsed(#"{"a": 1}"#).object { (reader) throws(ConfigurationError) in
        if try reader.integer("a", default: 0, "A.") == 1 { _ = try reader.integer("b", "B.") }
      }
    }
  }

  @Test func keysThatAreReadTwiceTrap() async {
    await #expect(processExitsWith: .failure) {
      _ = try parsed("{}").object { (reader) throws(ConfigurationError) in
        _ = try reader.integer("a", default: 0, "A.")
        _ = try reader.integer("a", default: 0, "A.")
      }
    }
  }
}

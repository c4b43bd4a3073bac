import Configuration
import Testing

@Suite struct ObjectReaderTests {
  @Test func readsGivenAndDefaultValues() throws {
    let node = try parsed(
      #"{"i": 3.0, "n": 1e-3, "b": true, "s": "x", "big": 9007199254740993, "min": -9223372036854775808}"#
    )
    var reader = try ObjectReader(node)
    #expect(try reader.integer("i", in: 1...5) == 3)
    #expect(try reader.integer("j", default: 7) == 7)
    #expect(try reader.integer("big") == 9_007_199_254_740_993)
    #expect(try reader.integer("min") == .min)
    #expect(try reader.number("n", above: 0) == 0.001)
    #expect(try reader.number("m", default: 2, in: 0...4) == 2)
    #expect(try reader.boolean("b", default: false))
    #expect(try reader.boolean("c", default: false) == false)
    #expect(try reader.string("s") == "x")
    #expect(try reader.string("t", default: "y", among: ["x", "y"]) == "y")
    #expect(
      try reader.finish().text(pretty: false)
        == #"{"i":3,"j":7,"big":9007199254740993,"min":-9223372036854775808,"n":0.001,"#
        + #""m":2,"b":true,"c":false,"s":"x","t":"y"}"#)
  }

  @Test func optionalsTakeNullAndAbsence() throws {
    let node = try parsed(#"{"i": null, "j": 2, "n": null, "s": null, "o": null, "x": null}"#)
    var reader = try ObjectReader(node)
    #expect(try reader.optionalInteger("i") == nil)
    #expect(try reader.optionalInteger("j", in: 0...2) == 2)
    #expect(try reader.optionalNumber("n") == nil)
    #expect(try reader.optionalNumber("missing") == nil)
    #expect(try reader.optionalString("s") == nil)
    #expect(reader.optionalNode("x") == nil)
    #expect(
      try reader.optionalObject("o") { (r: inout _) throws(ConfigurationError) in
        try r.integer("a")
      } == nil)
    #expect(
      try reader.finish().text(pretty: false)
        == #"{"i":null,"j":2,"n":null,"missing":null,"s":null,"x":null,"o":null}"#)
  }

  @Test func nestingRecordsResolvedValues() throws {
    let node = try parsed(#"{"list": [1, 2], "raw": {"k": [0]}, "o": {"a": 5}, "p": {}}"#)
    var reader = try ObjectReader(node)
    func section(_ r: inout ObjectReader) throws(ConfigurationError) -> Int {
      try r.integer("a", default: 1)
    }
    #expect(try reader.object("o", read: section) == 5)
    #expect(try reader.optionalObject("p", read: section) == 1)
    #expect(try reader.object("q", default: .object([]), read: section) == 1)
    #expect(try reader.object("r", default: .object([("a", .int(9))]), read: section) == 9)
    let doubled = try reader.elements("list") { node throws(ConfigurationError) in
      (try node.integer() * 2, .string("was \(try node.integer())"))
    }
    #expect(doubled == [2, 4])
    #expect(try reader.node("raw")["k"] == .array([.int(0)]))
    #expect(reader.optionalNode("none") == nil)
    reader.resolve("none", as: .string("filled"))
    let resolved = try reader.finish()
    #expect(
      resolved.text(pretty: false)
        == #"{"o":{"a":5},"p":{"a":1},"q":{"a":1},"r":{"a":9},"list":["was 1","was 2"],"#
        + #""raw":{"k":[0]},"none":"filled"}"#)
  }

  /// Reading the resolved configuration gives it again.
  @Test func resolvedIsAFixedPoint() throws {
    func resolve(_ node: JSONNode) throws -> JSONNode {
      var reader = try ObjectReader(node)
      _ = try reader.integer("epochs", default: 10)
      _ = try reader.optionalNumber("clipNorm")
      _ = try reader.object("adam", default: .object([])) {
        (r: inout _) throws(ConfigurationError) in
        try r.number("learningRate", default: 1e-3, above: 0)
      }
      return try reader.finish()
    }
    let once = try resolve(.object([]))
    #expect(
      once.text(pretty: false) == #"{"epochs":10,"clipNorm":null,"adam":{"learningRate":0.001}}"#)
    #expect(try resolve(parsed(once.text())) == once)
  }

  @Test func callersOwnErrorsHavePathAndLine() throws {
    var reader = try ObjectReader(parsed("{\"o\": {\n\"a\": 5}}").members()[0].value)
    _ = try reader.integer("b", default: 4)
    #expect(
      reader.error("a", expected: "an even number", remedy: "Add one.").description
        == "c.json:2: o.a: expected an even number, found 5. Add one.")
    #expect(
      reader.error("b", expected: "less than a").description
        == "c.json:1: o.b: expected less than a, found 4 by default")
    #expect(
      reader.error("c", expected: "x", found: String(repeating: "y", count: 70)).description
        == "c.json:1: o.c: expected x, found " + String(repeating: "y", count: 60) + "…")
  }

  @Test func undeclaredKeysTrap() async {
    await #expect(processExitsWith: .failure) {
      var reader = try ObjectReader(.object([]))
      try reader.allow(only: ["a"])
      _ = reader.optionalNode("b")
    }
  }
}

import Configuration
import Testing

@Suite struct JSONParsingTests {
  @Test(arguments: [
    ("null", JSONNode.null),
    (" \t\r\n true ", .bool(true)),
    ("false", .bool(false)),
    ("0", .int(0)),
    ("-0", .number(-0.0)),
    ("-12", .int(-12)),
    ("3.0", .int(3)),
    ("1e-3", .number(0.001)),
    ("1.5E+2", .int(150)),
    ("4.9e-324", .number(.leastNonzeroMagnitude)),
    ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
    ("0e999", .int(0)),
    (#""""#, .string("")),
    (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{c}\n\r\t")),
    (#""\u00e9\u20AC\ud83d\ude00\u0000""#, .string("é€😀\0")),
    ("\"é€😀\u{7f}\"", .string("é€😀\u{7f}")),
    (#""\udbff\udfff""#, .string("\u{10FFFF}")),
    ("[]", .array([])),
    ("[ ]", .array([])),
    ("{ }", .object([])),
    ("[1,[2],{}]", .array([.int(1), .array([.int(2)]), .object([])])),
    (#"{"b":1,"a":{"":null}}"#, .object([("b", .int(1)), ("a", .object([("", .null)]))])),
  ])
  func accepts(text: String, value: JSONNode) throws {
    #expect(try JSONNode.parse(text, file: nil) == value)
    #expect(try JSONNode.parse(Array(text.utf8), file: nil).hashValue == value.hashValue)
  }

  @Test(arguments: [
    Refusal(.syntax, "", "c.json:1: expected a value, found the end of the text (column 1)"),
    Refusal(.syntax, "\n ", "c.json:2: expected a value, found the end of the text (column 2)"),
    Refusal(.syntax, "1 2", "c.json:1: expected the end of the text, found '2' (column 3)"),
    Refusal(.syntax, "{}}", "c.json:1: expected the end of the text, found '}' (column 3)"),
    Refusal(
      .syntax, "[1,\n2,]",
      "c.json:2: expected a value after ',', found ']' (column 3). JSON has no trailing commas."),
    Refusal(
      .syntax, "{\"a\": {\"b\": 1,\n}}",
      "c.json:2: a: expected a key after ',', found '}' (column 1). JSON has no trailing commas."),
    Refusal(.syntax, "[,]", "c.json:1: [0]: expected a value, found ',' (column 2)"),
    Refusal(.syntax, "[1 2]", "c.json:1: expected ',' or ']', found '2' (column 4)"),
    Refusal(
      .syntax, "{\n\"a\": [1,\n 2",
      "c.json:3: a: expected ',' or ']', found the end of the text"
        + " (column 3). The array that begins on line 2 is not closed."),
    Refusal(
      .syntax, "{\"a\": 1\n",
      "c.json:2: expected ',' or '}', found the end of the text (column 1)."
        + " The object that begins on line 1 is not closed."),
    Refusal(.syntax, #"{"a" 1}"#, "c.json:1: a: expected ':' after the key, found '1' (column 6)"),
    Refusal(
      .syntax, "{a: 1}",
      "c.json:1: expected a key or '}', found a (column 2)."
        + " Strings stand in double quotes."),
    Refusal(
      .syntax, "['x']",
      "c.json:1: [0]: expected a value, found ''' (column 2). Strings stand in double quotes."),
    Refusal(
      .syntax, "{ // size\n}",
      "c.json:1: expected a key or '}', found '/' (column 3). JSON has no comments."),
    Refusal(
      .syntax, "[1 // one",
      "c.json:1: expected ',' or ']', found '/' (column 4)."
        + " JSON has no comments."),
    Refusal(
      .syntax, "{null: 1}",
      "c.json:1: expected a key or '}', found null (column 2)."
        + " Strings stand in double quotes."),
    Refusal(
      .syntax, "# x", "c.json:1: expected a value, found '#' (column 1). JSON has no comments."),
    Refusal(
      .syntax, #"{"x": NaN}"#,
      "c.json:1: x: expected a value, found NaN (column 7). JSON has no such number."),
    Refusal(
      .syntax, "[True]",
      "c.json:1: [0]: expected a value, found True (column 2). Write it in lower case: true."),
    Refusal(
      .syntax, "None", "c.json:1: expected a value, found None (column 1). Write null."),
    Refusal(
      .syntax, "nullx",
      "c.json:1: expected a value, found nullx (column 1)."
        + " Strings stand in double quotes."),
    Refusal(.syntax, "é", "c.json:1: expected a value, found 'é' (column 1)"),
    Refusal(.syntax, "\u{b}1", "c.json:1: expected a value, found byte 0xB (column 1)"),
    Refusal(
      .syntax, "\u{FEFF}{}",
      "c.json:1: expected JSON, found a byte-order mark (column 1)."
        + " Save the file as UTF-8 without a byte-order mark."),
    Refusal(.syntax, "01", "c.json:1: expected no digit after a leading 0 (column 2)"),
    Refusal(.syntax, "-", "c.json:1: expected a digit, found the end of the text (column 2)"),
    Refusal(.syntax, "+1", "c.json:1: expected a value, found '+' (column 1)"),
    Refusal(.syntax, ".5", "c.json:1: expected a value, found '.' (column 1)"),
    Refusal(.syntax, "[1.]", "c.json:1: [0]: expected a digit, found ']' (column 4)"),
    Refusal(.syntax, "1e+", "c.json:1: expected a digit, found the end of the text (column 4)"),
    Refusal(.syntax, "1.2.3", "c.json:1: expected the end of the number, found '.' (column 4)"),
    Refusal(
      .syntax, "0x10",
      "c.json:1: expected the end of the number, found x10 (column 2)"),
    Refusal(
      .outOfRange, "{\"a\":\n1e400}",
      "c.json:2: a: expected a number that fits a double"
        + " (up to 1.8e308, down to 4.9e-324), found 1e400"),
    Refusal(
      .outOfRange, "-1e-400",
      "c.json:1: expected a number that fits a double"
        + " (up to 1.8e308, down to 4.9e-324), found -1e-400"),
    Refusal(
      .syntax, "\"a",
      "c.json:1: expected the closing '\"' of the string,"
        + " found the end of the text (column 3)"),
    Refusal(
      .syntax, "\n[\"é\n\"]",
      #"c.json:2: [0]: expected the rest of the string, found the end of"#
        + #" the line (column 4). Close the string with '"', or write the character as \u000a."#),
    Refusal(
      .syntax, "\"\t\"",
      #"c.json:1: expected the rest of the string, found byte 0x9 (column 2)."#
        + #" Close the string with '"', or write the character as \u0009."#),
    Refusal(
      .syntax, #""\x""#,
      #"c.json:1: expected one of " \ / b f n r t u after '\', found x"#
        + " (column 3)"),
    Refusal(
      .syntax, #""\u12g4""#,
      #"c.json:1: expected four hex digits after '\u', found g4 (column 6)"#),
    Refusal(
      .syntax, #""\ud800""#, #"c.json:1: expected a surrogate pair, found \ud800 alone (column 8)"#),
    Refusal(
      .syntax, #""\udc00\ud800""#,
      #"c.json:1: expected a surrogate pair, found \udc00 alone (column 8)"#),
    Refusal(
      .syntax, #""\ud800\u0041""#,
      #"c.json:1: expected a surrogate pair, found \ud800 alone (column 14)"#),
    Refusal(
      .duplicateKey, "{\"m\": {\n\"a\": 1,\n\"b\": 2,\n\"\\u0061\": 3}}",
      "c.json:4: m.a: duplicate key, first given on line 2. Remove one of the two."),
    Refusal(
      .duplicateKey, #"{"a.b": 1, "a.b": 1}"#,
      #"c.json:1: ["a.b"]: duplicate key, first given on line 1. Remove one of the two."#),
  ])
  func refuses(refusal: Refusal) {
    refusal.check { _ = try JSONNode.parse(refusal.input, file: "c.json") }
  }

  @Test(
    arguments: [
      ([0x22, 0xFF, 0x22], "in the string"), ([0x22, 0xC0, 0x80, 0x22], "in the string"),
      ([0x22, 0xED, 0xA0, 0x80, 0x22], "in the string"),
      ([0x22, 0xE2, 0x82, 0x22], "in the string"),
      ([0xFF], "byte 0xFF"), ([0x7B, 0x00, 0x7D, 0x00], "byte 0x0"),
    ] as [([UInt8], String)])
  func refusesBytesThatAreNotUTF8(bytes: [UInt8], part: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try JSONNode.parse(bytes, file: nil)
    }
    #expect(error?.code == .syntax)
    #expect(error?.description.contains(part) == true)
  }

  @Test func nestingIsLimited() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try parsed(nested(64))
    Refusal(
      .tooDeep, nested(65),
      "line 1: " + String(repeating: "[0]", count: 64)
        + ": expected at most 64 arrays and objects inside each other, found more"
    ).check { _ = try JSONNode.parse(nested(65), file: nil) }
    #expect(throws: ConfigurationError.self) { try parsed(String(repeating: "[", count: 1 << 20)) }
  }

  @Test func sizeIsLimited() throws {
    let spaces = [UInt8](repeating: 0x20, count: (16 << 20) - 1)
    #expect(try JSONNode.parse(spaces + [0x31], file: nil) == .int(1))
    Refusal(
      .invalid, "17 MiB",
      "c.json: expected at most 16777216 bytes, found more. This is not a configuration: name "
        + "another file."
    ).check { _ = try JSONNode.parse(spaces + [0x31, 0x20], file: "c.json") }
  }

  @Test func nodesKnowTheirPlace() throws {
    let root = try parsed("{\n \"a\": {\n\n  \"b c\":\n [true, {\"d\": 1}]}}")
    let list = try #require(root["a"]?["b c"])
    #expect(root.path == "" && list.path == #"a["b c"]"#)
    #expect(root.origin == JSONNode.Origin(name: "c.json", line: 1) && list.origin.line == 5)
    let member = try #require(root["a"]?.members().first)
    #expect(member.origin.line == 4)
    #expect(try list.elements()[1]["d"]?.path == #"a["b c"][1].d"#)
    #expect(root["b"] == nil && list["a"] == nil)
  }

  @Test func equalityLooksAtValuesOnly() throws {
    let (a, b) = (try parsed(#"{"a": [1.0]}"#), try parsed("{\n\"a\"\n:[1]}"))
    #expect(a == b && Set([a, b]).count == 1)
    #expect(try parsed("9007199254740993") != parsed("9007199254740992"))
    #expect(try parsed("-0.0") != parsed("0"))
    #expect(try parsed("1") != parsed(#""1""#))
    #expect(try parsed(#"{"a":1,"b":2}"#) != parsed(#"{"b":2,"a":1}"#))
  }
}

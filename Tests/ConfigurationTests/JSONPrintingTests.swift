import Configuration
import GraphReference
import Testing

@Suite struct JSONPrintingTests {
  @Test(arguments: [
    ("3.0", "3"), ("1e3", "1000"), ("0.1", "0.1"), ("1e-05", "1e-05"), ("1E400e", nil),
    ("12345678901234567890123", "12345678901234567890123"), ("-0", "-0.0"), ("0.0", "0"),
    ("100000000000000000000.0", "1e+20"), ("0.30000000000000004", "0.30000000000000004"),
    ("-7", "-7"),
  ])
  func numbersHaveOneSpelling(given: String, printed: String?) throws {
    #expect((try? parsed(given))?.text() == printed)
  }

  @Test func stringsAreEscaped() throws {
    let text = JSONNode.string("\"\\/\n\r\t\u{1}\u{7f}\u{2028}é😀").text()
    #expect(text == #""\"\\/\n\r\t\u0001\u007f\u2028é😀""#)
  }

  @Test func compactHasNoSpaces() throws {
    let node = try parsed(#"{ "a" : [ 1, 2, {} ], "b" : { "c" : null }, "d": [] }"#)
    #expect(node.text(pretty: false) == #"{"a":[1,2,{}],"b":{"c":null},"d":[]}"#)
  }

  @Test func aKeyIsSetInItsPlaceOrLast() throws {
    let node = try parsed(#"{"a": 1, "b": [2]}"#)
    #expect(node.setting("a", to: .null).text(pretty: false) == #"{"a":null,"b":[2]}"#)
    #expect(node.setting("b", to: .int(3)).text(pretty: false) == #"{"a":1,"b":3}"#)
    #expect(node.setting("c", to: .int(3)).text(pretty: false) == #"{"a":1,"b":[2],"c":3}"#)
  }

  @Test func shortValuesShareALine() throws {
    let encoder = (0..<3).map { _ in
      JSONNode.object([("conv", .object([("channels", .int(32)), ("kernel", .int(4))]))])
    }
    let node = JSONNode.object([
      ("model", .object([("encoder", .array(encoder)), ("prior", .string("standardNormal"))])),
      ("empty", .object([])),
    ])
    #expect(
      node.text() == """
        {
          "model": {
            "encoder": [
              { "conv": { "channels": 32, "kernel": 4 } },
              { "conv": { "channels": 32, "kernel": 4 } },
              { "conv": { "channels": 32, "kernel": 4 } }
            ],
            "prior": "standardNormal"
          },
          "empty": {}
        }
        """)
  }

  /// `  "a": ["…"],` takes 88 columns with 76 letters, and breaks with one more.
  @Test(arguments: [(76, 88), (77, nil)] as [(Int, Int?)])
  func lineEndsWithin88Columns(letters: Int, columns: Int?) throws {
    let word = JSONNode.string(String(repeating: "é", count: letters))
    let node = JSONNode.object([("a", .array([word])), ("b", .string("c"))])
    let line = node.text().split(separator: "\n")[1]
    #expect(line.count == columns ?? 8)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func printedReadsBackAsItself(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<100 {
      let node = randomNode(depth: 5, &random)
      for pretty in [true, false] {
        let text = node.text(pretty: pretty)
        let back = try parsed(text)
        #expect(back == node, "seed \(seed): \(text)")
        #expect(back.text(pretty: pretty) == text, "seed \(seed)")
      }
    }
  }

  /// A damaged text is refused with a line, or is another valid text; it never traps.
  @Test(arguments: [11, 12, 13, 14] as [UInt64])
  func damagedTextsAreRefusedOrValid(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var refused = 0
    for _ in 0..<300 {
      var bytes = Array(randomNode(depth: 4, &random).text().utf8)
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let end = Int.random(in: place..<min(place + 3, bytes.count), using: &random)
      bytes.replaceSubrange(place..<end, with: [UInt8.random(in: 0...255, using: &random)])
      do throws(ConfigurationError) {
        let node = try JSONNode.parse(bytes, file: "c.json")
        let back = try JSONNode.parse(node.text(), file: "c.json")
        #expect(back == node, "seed \(seed)")
      } catch {
        refused += 1
        #expect(error.line != nil && !error.description.contains("\n"), "seed \(seed)")
      }
    }
    #expect((1..<300).contains(refused), "seed \(seed)")
  }

  @Test func doublesKeepTheirBits() throws {
    var random = SplitMix64(seed: 7)
    for _ in 0..<2000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      guard case .number(let back, _) = try parsed(JSONNode.number(value).text()).content else {
        Issue.record("\(value) is no number")
        continue
      }
      #expect(back.bitPattern == value.bitPattern)
    }
  }

  @Test func numbersThatJSONLacksTrap() async {
    await #expect(processExitsWith: .failure) { _ = JSONNode.number(.nan) }
    await #expect(processExitsWith: .failure) { _ = JSONNode.number(-.infinity) }
    await #expect(processExitsWith: .failure) {
      _ = JSONNode.object([("a", .null), ("a", .null)])
    }
  }
}

private func randomNode(depth: Int, _ random: inout SplitMix64) -> JSONNode {
  switch Int.random(in: 0..<(depth == 0 ? 5 : 7), using: &random) {
  case 0: return .null
  case 1: return .bool(.random(using: &random))
  case 2: return .int(.random(in: .min ... .max, using: &random))
  case 3:
    let value = Double(bitPattern: random.next())
    return .number(value.isFinite ? value : 0.5)
  case 4: return .string(randomText(&random))
  case 5:
    let count = Int.random(in: 0..<5, using: &random)
    return .array((0..<count).map { _ in randomNode(depth: depth - 1, &random) })
  default:
    let count = Int.random(in: 0..<5, using: &random)
    return .object(
      (0..<count).map { ("\($0)" + randomText(&random), randomNode(depth: depth - 1, &random)) })
  }
}

private func randomText(_ random: inout SplitMix64) -> String {
  var text = String.UnicodeScalarView()
  for _ in 0..<Int.random(in: 0..<12, using: &random) {
    let limit: UInt32 = Bool.random(using: &random) ? 0x80 : 0x110000
    text.append(Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) ?? "\u{FFFD}")
  }
  return String(text)
}

import Configuration
import Testing

/// What a reader of `model.encoder[1].conv` says to wrong configurations.
@Suite struct ReadingErrorTests {
  /// Reads `text`, which stands at line 3 of a file, as a convolution's options.
  private func read(_ text: String) throws {
    let file = "{ \"model\": {\n  \"encoder\": [\"relu\",\n{ \"conv\": \(text) }] } }"
    let root = try JSONNode.parse(file, file: "c.json")
    let node = try #require(root["model"]?["encoder"]).elements()[1]["conv"]
    _ = try #require(node).object { (reader) throws(ConfigurationError) in
      _ = try reader.integer("channels", in: 1...(.max), "Channels.")
      _ = try reader.integer("kernel", default: 3, in: 1...16, "Kernel.")
      _ = try reader.string("padding", default: "same", among: ["same", "valid"], "Padding.")
      _ = try reader.integer("stride", default: 1, "Stride.")
      _ = try reader.boolean("bias", default: true, "Bias.")
      _ = try reader.number("rate", default: 0.5, above: 0, below: 1, "Rate.")
      _ = try reader.optionalInteger("limit", in: .min...9, "Limit.")
    }
  }

  private static let valid = "Valid keys: bias, channels, kernel, limit, padding, rate, stride."
  private static let at = "c.json:3: model.encoder[1].conv"

  @Test(arguments: [
    Refusal(
      .unknownKey, "{\"channels\": 1,\n\"kernal\": 2}",
      "c.json:4: model.encoder[1].conv.kernal: unknown key; did you mean \"kernel\"? \(valid)"),
    Refusal(.unknownKey, #"{"channels": 1, "zzz": 2}"#, "\(at).zzz: unknown key. \(valid)"),
    Refusal(
      .unknownKey, "{\"channels\": 1, \"k\\n\\u202e\": 2}",
      #"\#(at)["k\n\u202e"]: unknown key. \#(valid)"#),
    Refusal(
      .unknownKey, "{\n\"chanels\": 8}",
      "c.json:4: model.encoder[1].conv.chanels: unknown key; did you mean \"channels\"? "
        + valid),
    Refusal(
      .missingKey, "{\"kernel\": 2}",
      "\(at).channels: missing required key, expected an integer of at least 1"),
    Refusal(
      .wrongType, #"{"channels": "8"}"#,
      "\(at).channels: expected an integer of at least 1, found the"
        + " string \"8\". Write a number as JSON does, without quotes."),
    Refusal(
      .wrongType, #"{"channels": null}"#,
      "\(at).channels: expected an integer of at least 1, found null"),
    Refusal(
      .wrongType, #"{"channels": 3.5}"#,
      "\(at).channels: expected an integer of at least 1, found 3.5"),
    Refusal(
      .outOfRange, #"{"channels": 0}"#, "\(at).channels: expected an integer of at least 1, found 0"
    ),
    Refusal(
      .outOfRange, #"{"channels": 9223372036854775808}"#,
      "\(at).channels: expected an integer of at"
        + " least 1 in 64 bits, found 9223372036854775808"),
    Refusal(
      .outOfRange, #"{"channels": 1e30}"#,
      "\(at).channels: expected an integer of at least 1 in 64 bits, found 1e30"),
    Refusal(
      .outOfRange, #"{"channels": 1, "kernel": 17}"#,
      "\(at).kernel: expected an integer from 1 to 16, found 17"),
    Refusal(
      .wrongType, #"{"channels": 1, "stride": [2, {"a": "b"}]}"#,
      #"\#(at).stride: expected an integer, found the array [2, { "a": "b" }]"#),
    Refusal(
      .wrongType, "{\"channels\": 1,\n\n\"stride\":\n true}",
      "c.json:6: model.encoder[1].conv.stride: expected an integer, found true"),
    Refusal(
      .wrongType, #"{"channels": 1, "stride": "\#(String(repeating: "a", count: 61))\u0007"}"#,
      "\(at).stride: expected an integer, found the string \"\(String(repeating: "a", count: 60))…\""
    ),
    Refusal(
      .wrongType, #"{"channels": 1, "bias": "True"}"#,
      "\(at).bias: expected true or false, found the"
        + " string \"True\". Write true without quotes."),
    Refusal(
      .wrongType, #"{"channels": 1, "bias": 1}"#, "\(at).bias: expected true or false, found 1"),
    Refusal(
      .wrongType, #"{"channels": 1, "padding": 1}"#, "\(at).padding: expected a string, found 1"),
    Refusal(
      .unknownChoice, #"{"channels": 1, "padding": "smae"}"#,
      "\(at).padding: unknown word \"smae\";"
        + " did you mean \"same\"? Valid words: same, valid."),
    Refusal(
      .outOfRange, #"{"channels": 1, "rate": 1}"#,
      "\(at).rate: expected a number above 0 and below 1, found 1"),
    Refusal(
      .outOfRange, #"{"channels": 1, "limit": 10}"#,
      "\(at).limit: expected an integer of at most 9, or null, found 10"),
    Refusal(.wrongType, "[]", "\(at): expected an object, found the array []"),
    Refusal(.wrongType, "null", "\(at): expected an object, found null"),
  ])
  func isPrecise(refusal: Refusal) {
    refusal.check { try read(refusal.input) }
  }

  @Test(
    arguments: [
      (0.0...1.0, nil, nil, 2.0, "a number from 0 to 1"),
      (0.0...(.infinity), nil, nil, -1.0, "a number of at least 0"),
      (-.infinity...0.5, nil, nil, 1.0, "a number of at most 0.5"),
      (0.0...1.0, nil, 1.0, 1.0, "a number of at least 0 and below 1"),
      (0.0...1.0, 0.0, nil, 0.0, "a number above 0 and of at most 1"),
      (nil, 0.0, nil, 0.0, "a number above 0"),
    ] as [(ClosedRange<Double>?, Double?, Double?, Double, String)])
  func boundsAreSaid(
    range: ClosedRange<Double>?, above: Double?, below: Double?, value: Double, phrase: String
  ) {
    let error = #expect(throws: ConfigurationError.self) {
      try JSONNode.number(value).number(in: range, above: above, below: below)
    }
    #expect(error?.message.hasPrefix("expected \(phrase), found") == true)
  }

  @Test(arguments: ["{}", #"{"epoch": 1}"#])
  func overridesAreNamedAsTheSource(file: String) throws {
    let node = try parsed(file).applying(override: "epoch=3")
    Refusal(
      .unknownKey, "",
      "command line: epoch: unknown key; did you mean \"epochs\"? Valid keys: epochs."
    ).check {
      _ = try node.object { (reader) throws(ConfigurationError) in
        try reader.integer("epochs", default: 1, "Epochs.")
      }
    }
  }

  @Test func errorsStayOnOneLine() {
    let error = ConfigurationError(
      code: .invalid, file: "a\nb", line: nil, path: "p\u{1b}", message: "m\r\u{9b}", remedy: "r\t")
    #expect(error.description == #"a\u000ab: p\u001b: m\u000d\u009b; r\u0009"#)
  }
}

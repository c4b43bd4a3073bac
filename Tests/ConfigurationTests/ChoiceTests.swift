import Configuration
import Testing

@Suite struct ChoiceTests {
  private static func table() -> [Alternative<String>] {
    [
      Alternative("relu", "max(0, x).") { _ in "relu" },
      Alternative("conv", "A convolution.") { (r) throws(ConfigurationError) in
        "conv \(try r.integer("channels", "Channels.")) "
          + "\(try r.integer("stride", default: 1, "Stride."))"
      },
      Alternative("dropout", "Noise.") { (r) throws(ConfigurationError) in
        "dropout \(try r.number("rate", default: 0.5, "Rate."))"
      },
    ]
  }

  @Test(arguments: [
    (#""relu""#, "relu", #""relu""#),
    (#"{"relu": {}}"#, "relu", #""relu""#),
    (#"{"conv": {"channels": 8}}"#, "conv 8 1", #"{"conv":{"channels":8,"stride":1}}"#),
    (#""dropout""#, "dropout 0.5", #"{"dropout":{"rate":0.5}}"#),
  ])
  func reads(text: String, value: String, resolved: String) throws {
    let result = try parsed(text).choice(of: "layer", among: Self.table())
    #expect(result.value == value)
    #expect(result.resolved.text(pretty: false) == resolved)
  }

  @Test func aListIsReadInOneCall() throws {
    let node = try parsed(#"{"encoder": [{"conv": {"channels": 8}}, "relu"], "act": "relu"}"#)
    let (values, resolved) = try node.object { (reader) throws(ConfigurationError) in
      (
        layers: try reader.choices("encoder", of: "layer", among: Self.table(), "Layers."),
        act: try reader.choice("act", of: "layer", among: Self.table(), "A layer."),
        usual: try reader.choice(
          "last", of: "layer", default: .string("dropout"), among: Self.table(), "A layer."),
        none: try reader.choices(
          "decoder", of: "layer", default: [], among: Self.table(), "Layers.")
      )
    }
    #expect(values.layers.map(\.value) == ["conv 8 1", "relu"])
    #expect(values.layers.map(\.node.path) == ["encoder[0]", "encoder[1]"])
    #expect(values.act == "relu" && values.usual == "dropout 0.5" && values.none.isEmpty)
    #expect(
      resolved.text(pretty: false)
        == #"{"encoder":[{"conv":{"channels":8,"stride":1}},"relu"],"act":"relu","#
        + #""last":{"dropout":{"rate":0.5}},"decoder":[]}"#)
  }

  private static let expected = "expected a layer: a word, or an object with one key, found"

  @Test(arguments: [
    Refusal(
      .unknownChoice, #"["relu", "rleu"]"#,
      "c.json:1: e[1]: unknown layer \"rleu\"; did you mean"
        + " \"relu\"? Valid names: conv, dropout, relu."),
    Refusal(
      .unknownChoice, "[{\n\"pool\": {}}]",
      "c.json:2: e[0].pool: unknown layer \"pool\". Valid names: conv, dropout, relu."),
    Refusal(.invalid, "[{}]", "c.json:1: e[0]: \(expected) an empty object"),
    Refusal(
      .invalid, #"[{"conv": {}, "stride": 2}]"#,
      "c.json:1: e[0]: \(expected) an object with the keys conv, stride"),
    Refusal(.wrongType, "[3]", "c.json:1: e[0]: \(expected) 3"),
    Refusal(
      .wrongType, #"[{"dropout": 0.5}]"#, "c.json:1: e[0].dropout: expected an object, found 0.5"),
    Refusal(
      .missingKey, #"["conv"]"#,
      "c.json:1: e[0].conv.channels: missing required key, expected an integer"),
    Refusal(
      .unknownKey, #"[{"dropout": {"rat": 1}}]"#,
      "c.json:1: e[0].dropout.rat: unknown key; did you"
        + " mean \"rate\"? Valid keys: rate."),
    Refusal(
      .unknownKey, #"[{"relu": {"slope": 1}}]"#,
      "c.json:1: e[0].relu.slope: unknown key. Valid keys: none."),
    Refusal(.wrongType, "{}", "c.json:1: e: expected an array, found the object {}"),
  ])
  func refuses(refusal: Refusal) throws {
    let node = try parsed("{\"e\": \(refusal.input)}")
    refusal.check {
      _ = try node.object { (reader) throws(ConfigurationError) in
        try reader.choices("e", of: "layer", among: Self.table(), "Layers.").count
      }
    }
  }

  @Test func wrongDefaultsAreCalledSo() throws {
    Refusal(
      .missingKey, "",
      "built-in default: e.conv.channels: missing required key, expected an integer"
    ).check {
      _ = try JSONNode.object([]).object { (reader) throws(ConfigurationError) in
        try reader.choice(
          "e", of: "layer", default: .string("conv"), among: Self.table(), "A layer.")
      }
    }
  }

  @Test func choiceShowsItsOptions() throws {
    let choice = try Choice(
      parsed(#"{"conv": {"channels": 8}}"#), of: "layer", among: ["conv", "relu"])
    #expect(choice.name == "conv" && choice.options["channels"] == .int(8))
    let bare = try Choice(parsed(#""relu""#), of: "layer", among: ["conv", "relu"])
    #expect(bare.name == "relu" && bare.options == .object([]) && bare.options.path == "relu")
  }
}

import Configuration
import Testing

@Suite struct OverrideTests {
  private let base = """
    { "model": { "encoder": [{ "conv": { "channels": 32 } }, "relu"], "prior": "standardNormal" },
      "training": { "epochs": 10, "clipNorm": null } }
    """

  @Test(arguments: [
    ("training.epochs=3", "training.epochs", "3"),
    ("training.clipNorm=1e-1", "training.clipNorm", "0.1"),
    ("training.steps=[1, 2]", "training.steps", "[1, 2]"),
    ("model.encoder[0].conv.channels=16", "model.encoder[0].conv.channels", "16"),
    ("model.encoder[1]=\"tanh\"", "model.encoder[1]", "\"tanh\""),
    ("model.encoder[1]=tanh", "model.encoder[1]", "\"tanh\""),
    ("model.encoder[1]={\"dropout\":{}}", "model.encoder[1]", "{ \"dropout\": {} }"),
    ("model.encoder=[]", "model.encoder", "[]"),
    ("name=two words", "name", "\"two words\""),
    ("name=a=b", "name", "\"a=b\""),
    ("name=\"\"", "name", "\"\""),
    ("name=\"3\"", "name", "\"3\""),
    ("name= true ", "name", "true"),
    ("name=truely", "name", "\"truely\""),
    ("name=2024-mnist.h5", "name", "\"2024-mnist.h5\""),
    ("name=01", "name", "\"01\""),
    ("name=ünï", "name", "\"ünï\""),
    ("new.deep.key=false", "new.deep.key", "false"),
    ("training.clipNorm.by=2", "training.clipNorm.by", "2"),
    ("[\"a.b\"].c=1", "[\"a.b\"].c", "1"),
    ("training[\"epochs\"]=4", "training.epochs", "4"),
  ])
  func sets(override: String, path: String, value: String) throws {
    let before = try parsed(base)
    let after = try before.applying(override: override)
    let changed = leaves(after).filter { !leaves(before).contains($0) }
    let node = try #require(find(path, in: after))
    #expect(node.text() == value)
    #expect(node.path == path && node.origin == .commandLine)
    #expect(changed.allSatisfy { $0.hasPrefix(path) }, "only \(path) may change: \(changed)")
  }

  @Test func keepsOrderAndAddsLast() throws {
    let node = try parsed(#"{"b":1,"a":2}"#).applying(override: "b=3").applying(override: "c.d=4")
    #expect(node.text(pretty: false) == #"{"b":3,"a":2,"c":{"d":4}}"#)
  }

  private static let usage = "Write key=value, for example training.epochs=3"

  @Test(arguments: [
    Refusal(
      .badOverride, "training.epochs",
      "command line: override \"training.epochs\": expected '.',"
        + " '[' or '=', found the end. \(usage)"),
    Refusal(
      .badOverride, "", "command line: override \"\": expected a key, found the end. \(usage)"),
    Refusal(
      .badOverride, "=3", "command line: override \"=3\": expected a key, found '='. \(usage)"),
    Refusal(
      .badOverride, "a..b=3",
      "command line: override \"a..b=3\": expected a key, found '.'. \(usage)"),
    Refusal(
      .badOverride, "a[x]=3",
      "command line: override \"a[x]=3\": expected an index or a quoted key"
        + " after '[', found 'x'. \(usage)"),
    Refusal(
      .badOverride, "a[-1]=3",
      "command line: override \"a[-1]=3\": expected an index or a quoted"
        + " key after '[', found '-'. \(usage)"),
    Refusal(
      .badOverride, "a[1=3", "command line: override \"a[1=3\": expected ']', found '='. \(usage)"),
    Refusal(
      .badOverride, "a[99999999999999999999]=1",
      "command line: override"
        + " \"a[99999999999999999999]=1\": expected an index or a quoted key after '[', found '9'."
        + " \(usage)"),
    Refusal(
      .badOverride, "a=",
      "command line: override \"a=\": expected a value after '=' (\"\" is the"
        + " empty string), found the end. \(usage)"),
    Refusal(
      .syntax, "training.epochs=[1,",
      "command line: training.epochs[1]: expected a value, found the"
        + " end of the text"),
    Refusal(
      .syntax, "name=\"x",
      "command line: name: expected the closing '\"' of the string, found the"
        + " end of the text"),
    Refusal(
      .duplicateKey, "a={\"b\":1,\"b\":2}",
      "command line: a.b: duplicate key. Remove one of the two."),
    Refusal(
      .outOfRange, "a=1e400",
      "command line: a: expected a number that fits a double"
        + " (up to 1.8e308, down to 4.9e-324), found 1e400"),
    Refusal(
      .badOverride, "training.epochs.max=3",
      "command line: training.epochs.max: expected an object"
        + " to hold \"max\", found 10. Set the whole value instead: training.epochs=…"),
    Refusal(
      .badOverride, "model.prior.x=3",
      "command line: model.prior.x: expected an object to hold"
        + " \"x\", found the string \"standardNormal\". Set the whole value instead: model.prior=…"),
    Refusal(
      .badOverride, "model.encoder.x=3",
      "command line: model.encoder.x: expected an object to hold"
        + " \"x\", found the array [{ \"conv\": { \"channels\": 32 } }, \"relu\"]."
        + " Set the whole value instead: model.encoder=…"),
    Refusal(
      .badOverride, "model.encoder[2]=x",
      "command line: model.encoder[2]: expected an index below 2,"
        + " found 2. Set the whole array to change its length."),
    Refusal(
      .badOverride, "model[0]=x",
      "command line: model[0]: expected an array to hold [0], found the"
        + " object { \"encoder\": [{ \"conv\": { \"channels\": 32 } }, \"relu\"], \"prio…."
        + " Set the whole value instead: model=…"),
    Refusal(
      .badOverride, "new[0]=x",
      "command line: new[0]: expected an array to hold [0], found nothing."
        + " Set the whole value instead: new=…"),
  ])
  func refuses(refusal: Refusal) throws {
    let node = try parsed(base)
    refusal.check { _ = try node.applying(override: refusal.input) }
  }

  @Test func depthStaysReadable() throws {
    let keys = Array(repeating: "a", count: 63).joined(separator: ".")
    let node = try JSONNode.object([]).applying(override: keys + "=[1]")
    #expect(try parsed(node.text()) == node)
    #expect(throws: ConfigurationError.self) {
      try JSONNode.object([]).applying(override: keys + "=[[1]]")
    }
    #expect(throws: ConfigurationError.self) {
      try JSONNode.object([]).applying(override: keys + ".a=1")
    }
  }

  /// `path value` of every scalar.
  private func leaves(_ node: JSONNode) -> [String] {
    switch node.content {
    case .array(let elements): elements.flatMap(leaves)
    case .object(let members): members.flatMap { leaves($0.value) }
    default: [node.path + " " + node.text()]
    }
  }

  private func find(_ path: String, in node: JSONNode) -> JSONNode? {
    if node.path == path { return node }
    switch node.content {
    case .array(let elements): return elements.lazy.compactMap { find(path, in: $0) }.first
    case .object(let members): return members.lazy.compactMap { find(path, in: $0.value) }.first
    default: return nil
    }
  }
}

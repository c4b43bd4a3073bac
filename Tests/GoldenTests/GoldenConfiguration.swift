import Configuration

/// The model section that says what a golden case's `config` says.
func modelSection(_ config: JSONNode) throws -> JSONNode {
  let latent = JSONNode.object([("latent", config["z"]!)])
  let isPoint = config["deterministic"] != nil
  let likelihood = try config["lik"]!.string() == "bernoulli" ? "bernoulli" : "squaredError"
  return .object([
    ("encoder", .array(try config["enc"]!.elements().map(layer))),
    ("posterior", .object([(isPoint ? "deterministic" : "gaussian", latent)])),
    ("decoder", .array(try config["dec"]!.elements().map(layer))),
    ("likelihood", .string(likelihood)),
    ("objective", .object([("elbo", .object([("beta", config["beta"]!)]))])),
  ])
}

/// `["conv1", "conv", { "in": 3, "out": 8, … }]` → `{ "conv": { "name": "conv1", … } }`.
private func layer(_ node: JSONNode) throws -> JSONNode {
  let parts = try node.elements()
  let kind = try parts[1].string()
  let words = [
    "conv": "conv", "dense": "dense", "deconv": "convTranspose", "batchnorm": "batchNorm",
    "leaky_relu": "leakyReLU",
  ]
  let names = [
    "kernel": "kernel", "stride": "stride", "padding": "padding", "slope": "slope",
    "output_padding": "outputPadding",
  ]
  var options = [("name", parts[0])]
  for member in try parts[2].members() {
    switch member.key {
    case "out": options.append((kind == "dense" ? "units" : "channels", member.value))
    case "shape":
      options += zip(["channels", "height", "width"], try member.value.elements()).map { ($0, $1) }
    default: if let name = names[member.key] { options.append((name, member.value)) }
    }
  }
  return .object([(words[kind] ?? kind, .object(options))])
}

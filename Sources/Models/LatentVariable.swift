internal import Configuration
internal import Examples

/// A latent variable: what the encoder says of it, and what is expected before.
public struct LatentVariable: Sendable {
  /// What configurations and files call it; `z` where the model has one.
  public let name: String
  /// The encoder's layer whose result its posterior reads; nil for the last.
  public let features: String?
  /// What the names of its parameters begin with: nothing, or `latents.NAME.`.
  public let prefix: String
  package let posterior: any Posterior
  package let prior: any Prior
  /// The prior's layers, joined to the latents above.
  private(set) var priorLayers: LayerStack
  /// Where it is written.
  let node: JSONNode

  /// Z.
  public var latentCount: Int { posterior.latentCount }

  /// The only one of a model, whose keys are the model's own.
  init(only reader: inout ObjectReader) throws(ConfigurationError) {
    (name, features, prefix, node) = ("z", nil, "", reader.node)
    (posterior, prior) = try Self.distributions(in: &reader)
    priorLayers = LayerStack("prior", inputShape: [0])
  }

  /// One of several.
  private init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    node = reader.node
    name = try reader.string(
      "name", "Letters, digits and `_`, beginning with a letter; no other latent has it.")
    guard isIdentifier(name) else {
      throw reader.error(
        "name", expected: "a name of letters, digits and _ that begins with a letter")
    }
    prefix = "latents.\(name)."
    features = try reader.optionalString(
      "features", "Name of the encoder's layer that its posterior reads; null: the last.")
    (posterior, prior) = try Self.distributions(in: &reader)
    priorLayers = LayerStack("\(prefix)prior", inputShape: [0])
  }

  private static func distributions(
    in reader: inout ObjectReader
  ) throws(ConfigurationError) -> (any Posterior, any Prior) {
    (
      try reader.choice(
        "posterior", of: "posterior", among: posteriorTable, "q(z|x), what the encoder says of z."),
      try reader.choice(
        "prior", of: "prior", default: .string(StandardNormalPrior.key), among: priorTable,
        "p(z), what is expected of z before.")
    )
  }

  /// All of a model, the topmost first: under the key `latents`, or one by the keys `posterior` and `prior`.
  static func all(
    reading reader: inout ObjectReader
  ) throws(ConfigurationError) -> [LatentVariable] {
    let latents = try reader.optionalObjects(
      "latents",
      "Several latent variables, the topmost first, in place of `posterior` and `prior`: below it, priors "
        + "may depend on those above.",
      read: LatentVariable.init(reading:))
    let only = try reader.unless("latents", read: LatentVariable.init(only:))
    guard let latents else { return only.map { [$0] } ?? [] }
    for (index, latent) in latents.enumerated() {
      guard latents[..<index].allSatisfy({ $0.name != latent.name }) else {
        throw (latent.node["name"] ?? latent.node).error(
          expected: "a name that no latent before it has")
      }
    }
    guard !latents.isEmpty else {
      throw reader.error("latents", expected: "at least one latent variable", found: "none")
    }
    return latents
  }

  /// Takes its place in a model, which its choices must fit.
  ///
  /// - Parameters:
  ///   - above: numbers of the latents above it.
  ///   - encoder: whose features it reads.
  mutating func join(
    above: [Int], encoder: LayerStack, fields: [Field]
  ) throws(ConfigurationError) {
    func place(_ key: String) -> JSONNode { node[key] ?? node }
    let isTop = above.isEmpty
    if posterior.readsPrior, prior.place != .belowOthers {
      throw place("posterior").error(
        expected: "a prior that depends on the latents above, for this posterior", found: "another",
        remedy: "Use the prior \"conditional\", or the posterior \"gaussian\".")
    }
    if prior.place == .belowOthers, isTop {
      throw place("prior").error(
        expected: "a prior that needs no latents above, for the topmost", found: "one that does",
        remedy: "Use the prior \"standardNormal\" for the first of \"latents\".")
    }
    if prior.place == .top {
      let condition = encoder.layers.first { $0.layer.fieldName != nil }
      guard isTop, condition == nil else {
        throw place("prior").error(
          expected:
            "an encoder that reads \"x\" alone and no latents above, to send pseudo-inputs through",
          found: condition.map { "\"\($0.name)\"" } ?? "latents above",
          remedy: "Use another prior.")
      }
      if !posterior.hasVariances {
        throw place("prior").error(
          expected: "a posterior with a variance for each latent, for a mixture of posteriors",
          found: "another", remedy: "Use the posterior \"gaussian\".")
      }
    }
    priorLayers = try LayerStack(
      priorLayers.name, prior.layers, inputShape: [above.reduce(0, +)], fields: fields)
    if priorLayers.outputShape.count != 1 {
      throw place("prior").error(
        expected: "layers that end in flat data [features]", found: "\(priorLayers.outputShape)",
        remedy: "add \"flatten\" at their end")
    }
    guard let shape = encoder.shape(of: features) else {
      throw place("features").error(
        expected: "the name of a layer of the encoder",
        remedy: "Give the layer a \"name\" and use it here.")
    }
    guard shape.count == 1 else {
      throw place("features").error(
        expected: "features that are flat, [features]", found: "\(shape)",
        remedy: "add \"flatten\" behind the layer, and name that.")
    }
  }
}

extension LayerStack {
  /// The shape of what leaves a layer, the last where none is named; nil where there is none of that name.
  fileprivate func shape(of layer: String?) -> [Int]? {
    guard let layer else { return outputShape }
    return layers.first { $0.name == layer }?.outputShape
  }
}

internal import Configuration
internal import GraphIR

/// FactorVAE: the evidence lower bound and γ times the total correlation of the latents, which a discriminator estimates that
/// learns to tell samples of q(z) from samples whose latents were shuffled between examples.
///
/// - Source: Kim & Mnih, arXiv:1802.05983, eq. 2 and 3, and algorithms 1 and 2; the discriminator of appendix A. The same
///   minibatch serves both halves of algorithm 2, with the latents shuffled over all of it.
struct FactorObjective: Objective {
  static let key = "factor"
  static let meaning =
    "FactorVAE: the evidence lower bound and γ times the total correlation, which a "
    + "discriminator estimates that is trained in turn. Kim & Mnih, arXiv:1802.05983. A group with "
    + "`\"parameters\": [\"discriminator.*\"]` says how."
  static let discriminator = "discriminator"
  let gamma: Double
  /// Of the discriminator: width and number of its hidden layers.
  let units: Int
  let hiddenLayers: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    gamma = try options.number(
      "gamma", default: 10, in: 0...1e12,
      "Weight of the total correlation.")
    units = try options.integer(
      "units", default: 1000, in: SizeLimit.units,
      "Width of the discriminator's hidden layers.")
    hiddenLayers = try options.integer(
      "hiddenLayers", default: 5, in: 1...64,
      "How many hidden layers the discriminator has.")
  }

  var samplesPerExample: Int { 1 }
  var losses: [String] { [Model.objectiveLoss, Self.discriminator] }

  func terms(of pass: ForwardPass) throws(Misfit) -> [ObjectiveTerm] {
    let correlation = try logits(latents(of: pass)).sum()
    return [
      ObjectiveTerm("reconstruction", pass.reconstruction.sum()),
      ObjectiveTerm("kl", pass.kl.sum()),
      ObjectiveTerm("totalCorrelation", correlation, weight: pass.emission.constant(gamma)),
    ]
  }

  /// −½ (log D(z) + log (1 − D(shuffled z))).
  func loss(_ name: String, of pass: ForwardPass) throws(Misfit) -> Expression {
    let z = try latents(of: pass).stopGradient
    let (real, shuffled) = (logits(z), logits(shuffled(z)))
    return 0.5 * (softplus(-real) + softplus(shuffled)).sum()
  }

  private func latents(of pass: ForwardPass) throws(Misfit) -> Expression {
    guard pass.latents.count == 1, let draw = pass.latents.first?.draw, draw.logDensity != nil
    else {
      throw Misfit(
        expected: "one latent variable with a density for \"\(Self.key)\"", found: "another",
        remedy: "Use the posterior \"gaussian\".")
    }
    return draw.z.samplesAsRows
  }

  /// Each latent of the shard's samples taken from another example of the minibatch, by a permutation of its own: `[B, Z]`.
  private func shuffled(_ z: Expression) -> Expression {
    let emission = z.emission
    let (rows, count) = (emission.exampleCount, emission.minibatchCount)
    let first = emission.place?.part(of: count).lowerBound ?? 0
    let size: Shape = [count, z.shape[1]]
    let permutation = emission.emit { $0.random(.permutation, size) }
    return z.gathered.gatheringRows(permutation.slice(axis: 0, first..<first + rows))
  }

  /// log D / (1 − D) of samples `[N, Z]`: `[N]`.
  private func logits(_ z: Expression) -> Expression {
    let hidden = (1...hiddenLayers).reduce(z) { x, index in
      leakyReLU(x.dense(units: units, name: "\(Self.discriminator).dense\(index)"), slope: 0.2)
    }
    return hidden.dense(units: 1, name: "\(Self.discriminator).dense\(hiddenLayers + 1)").sum(1)
  }
}

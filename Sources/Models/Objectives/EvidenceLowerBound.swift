internal import Configuration

/// −log p(x|z) + β·KL(q ‖ p), the negative evidence lower bound where β is 1.
///
/// - Source: Kingma & Welling, arXiv:1312.6114, eq. 3; for β, Higgins et al., ICLR 2017.
struct EvidenceLowerBound: Objective {
  static let key = "elbo"
  static let meaning =
    "Reconstruction + β·KL. Kingma & Welling, arXiv:1312.6114; β: Higgins et al., ICLR 2017."
  /// β after the warm-up.
  let beta: Double
  /// Epochs over which β rises linearly from 0; 0 for none.
  let warmUpEpochs: Double
  /// Epochs after which β begins again from 0. Source: Fu et al., arXiv:1903.10145, eq. 7.
  let cycleEpochs: Double?
  /// Nats that each latent may have without being pushed to the prior, on the average of the examples in `scope`.
  /// Source: Kingma et al., arXiv:1606.04934, eq. 15.
  let freeBits: Double
  let scope: BatchScope

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    beta = try options.number(
      "beta", default: 1, in: 0...1e12,
      "Weight of the divergence from the prior.")
    warmUpEpochs = try options.number(
      "warmUpEpochs", default: 0, in: 0...Double.infinity,
      "Epochs over which β rises linearly from 0.")
    cycleEpochs = try options.optionalNumber(
      "cycleEpochs", above: 0,
      "Epochs after which β begins again from 0; needs 0 < `warmUpEpochs` ≤ `cycleEpochs`. Fu "
        + "et al., arXiv:1903.10145.")
    freeBits = try options.number(
      "freeBits", default: 0, in: 0...1e12,
      "Nats per latent: each latent's KL counts at least so much, on the average; needs a "
        + "posterior and a prior whose divergence is known for each latent. Kingma et al., "
        + "arXiv:1606.04934.")
    scope = try BatchScope(reading: &options)
    if let cycleEpochs, !(warmUpEpochs > 0 && warmUpEpochs <= cycleEpochs) {
      throw options.error(
        "warmUpEpochs", expected: "epochs above 0 and up to \"cycleEpochs\", \(cycleEpochs)",
        remedy: "Set \"warmUpEpochs\" to a part of the cycle, or leave out \"cycleEpochs\".")
    }
  }

  var samplesPerExample: Int { 1 }
  var scalarNames: [String] { ["beta"] }
  var warmUpEndEpoch: Double { warmUpEpochs }
  var seesShard: Bool { freeBits > 0 && scope == .shard }

  func scalar(_ index: Int, at moment: Moment) -> Double {
    guard warmUpEpochs > 0 else { return beta }
    let epoch = moment.epoch
    let position = cycleEpochs.map { epoch.truncatingRemainder(dividingBy: $0) } ?? epoch
    return beta * min(1, position / warmUpEpochs)
  }

  func terms(of pass: ForwardPass) throws(Misfit) -> [ObjectiveTerm] {
    let beta = pass.emission.input("beta")
    let divergence = try divergence(pass)
    return [
      ObjectiveTerm("reconstruction", pass.reconstruction.sum()),
      ObjectiveTerm(freeBits == 0 ? "kl" : "freeBitsKL", divergence, weight: beta),
    ]
  }

  /// Σ KL over the shard; with free bits λ it is Σ_j max(N·λ, Σ_n KL_nj) over the N examples in scope, of which the
  /// shard has its part by its rows.
  private func divergence(_ pass: ForwardPass) throws(Misfit) -> Expression {
    if freeBits == 0 { return pass.kl.sum() }
    guard let klPerLatent = pass.klPerLatent else {
      throw Misfit(
        expected: "a posterior and a prior whose divergence is known for each latent for "
          + "\"freeBits\"",
        found: "one that is not",
        remedy: "Set \"freeBits\" to 0, or use the posterior \"gaussian\".")
    }
    let count = Double(pass.emission.count(over: scope))
    let perLatent = klPerLatent.sum(0).total(over: scope)
    return max(perLatent, freeBits * count).sum() * (Double(pass.emission.exampleCount) / count)
  }
}

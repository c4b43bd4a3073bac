internal import Configuration
internal import GraphIR

/// β-TC-VAE: the divergence from the prior in three parts, each with a weight: the mutual information of index and
/// latents, the total correlation of the latents, and the divergence of each latent's average from its prior.
///
/// log q(z) and log q(z_j) of a sample are estimated from the posteriors of the whole minibatch, whose shards meet for it.
///
/// - Source: Chen et al., arXiv:1802.04942, eq. 2 and 4, and appendix C.
struct TotalCorrelationBound: Objective {
  static let key = "tcvae"
  static let meaning =
    "β-TC-VAE: reconstruction and the divergence from the prior in three parts, each with a "
    + "weight. Chen et al., arXiv:1802.04942. Needs "
    + "`gaussian` and `standardNormal`."
  /// How the minibatch stands for the data set.
  enum Estimator: String, CaseIterable {
    /// Every example has the same weight. Source: eq. S3.
    case weighted
    /// The sample's own example has that of one in N. Source: appendix C.2.
    case stratified
  }
  /// Weights of mutual information, total correlation and the latents' divergences.
  let alpha: Double
  let beta: Double
  let gamma: Double
  let estimator: Estimator

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    alpha = try options.number(
      "alpha", default: 1, in: 0...1e12,
      "Weight of the mutual information of example and latents.")
    beta = try options.number(
      "beta", default: 6, in: 0...1e12,
      "Weight of the total correlation of the latents.")
    gamma = try options.number(
      "gamma", default: 1, in: 0...1e12,
      "Weight of the divergence of each latent's average from its prior.")
    let name = try options.string(
      "estimator", default: Estimator.weighted.rawValue, among: Estimator.allCases.map(\.rawValue),
      "How the minibatch stands for the data set: all examples weigh the same (eq. S3), or "
        + "the own one in N (appendix C.2).")
    estimator = Estimator(rawValue: name) ?? .weighted
  }

  var samplesPerExample: Int { 1 }
  var scalarNames: [String] { ["exampleCount"] }

  func scalar(_ index: Int, at moment: Moment) -> Double { Double(moment.exampleCount) }

  func terms(of pass: ForwardPass) throws(Misfit) -> [ObjectiveTerm] {
    guard pass.latents.count == 1, let latent = pass.latents.first,
      let q = latent.posterior as? any FactorizedDistribution,
      let p = latent.prior as? any FactorizedDistribution, let logPosterior = latent.draw.logDensity
    else {
      throw Misfit(
        expected: "one latent variable whose posterior and prior treat each latent by itself for "
          + "\"\(Self.key)\"",
        found: "another",
        remedy: "Use the posterior \"gaussian\" and the prior \"standardNormal\".")
    }
    let z = latent.draw.z  // [B, 1, Z]
    let count = pass.emission.minibatchCount
    // log q(z_j|x_m) of each sample under each example of the minibatch, [B, M, Z].
    let others = q.map { $0.gathered.reshaped([1, count, q.latentCount]) }
    let pairs = others.logDensityPerLatent(of: z)
    let weights = logWeights(in: pass.emission)  // [B, M]
    let logAggregate = (pairs.sum(2) + weights).logSumExp(axis: 1)
    let logMarginals = (pairs + weights.inserting(axis: 2)).logSumExp(axis: 1).sum(1)
    let logPrior = p.logDensityPerLatent(of: z).sum(2).sum(1)
    func term(_ name: String, _ value: Expression, _ weight: Double) -> ObjectiveTerm {
      ObjectiveTerm(
        name, value.sum(), weight: weight == 1 ? nil : pass.emission.constant(weight))
    }
    return [
      ObjectiveTerm("reconstruction", pass.reconstruction.sum()),
      term("mutualInformation", logPosterior.sum(1) - logAggregate, alpha),
      term("totalCorrelation", logAggregate - logMarginals, beta),
      term("dimensionKL", logMarginals - logPrior, gamma),
    ]
  }

  /// What log q(z|x_m) is weighed by, as logarithms: `[B, M]`, of the shard's samples and the minibatch's examples.
  private func logWeights(in emission: Emission) -> Expression {
    let (rows, count) = (emission.exampleCount, emission.minibatchCount)
    let size = emission.input("exampleCount")
    guard estimator == .stratified, count > 1 else {
      return (-log(size * Double(count))).repeated(to: [rows, count])
    }
    // The sample's own example stands for itself; the next, for the N − M + 1 that are neither it nor here.
    let first = emission.place?.part(of: count).lowerBound ?? 0
    let own = emission.diagonal(at: first)
    let next = emission.diagonal(at: first + 1)
    let rest = Double(count - 1)
    let share = (size - rest) / (size * rest)
    return log(own / size + next * share + (1 - own - next) / rest)
  }
}

extension Emission {
  /// `[B, M]` with a 1 in column (start + b) mod M of each row b.
  fileprivate func diagonal(at start: Int) -> Expression {
    let (rows, count) = (exampleCount, minibatchCount)
    // Rows one longer than they are many, cut to their number and folded, have their first elements on the diagonal.
    let square = constant(1, [rows, 1]).padded(axis: 1, before: 0, after: rows)
      .reshaped([rows * (rows + 1)]).slice(axis: 0, 0..<rows * rows).reshaped([rows, rows])
    let width = count + 1
    let shifted = square.padded(axis: 1, before: start, after: width - start - rows)
    let wrapped = shifted.slice(axis: 1, count..<width).padded(axis: 1, before: 0, after: count - 1)
    return shifted.slice(axis: 1, 0..<count) + wrapped
  }
}

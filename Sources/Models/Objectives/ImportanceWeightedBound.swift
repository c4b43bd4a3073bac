internal import Configuration
internal import Glibc

/// −log (1/K Σ_k w_k) with w = p(x|z) p(z) / q(z|x): a bound that tightens with K.
///
/// - Source: Burda et al., arXiv:1509.00519, eq. 8.
struct ImportanceWeightedBound: Objective {
  static let key = "iwae"
  static let meaning =
    "−log mean of K importance weights. Burda et al., arXiv:1509.00519. Not with "
    + "`deterministic`."
  let samplesPerExample: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    samplesPerExample = try options.integer(
      "samples", in: 1...(1 << 16),
      "K, the samples of each example.")
  }

  func terms(of pass: ForwardPass) throws(Misfit) -> [ObjectiveTerm] {
    guard let logWeights = pass.logWeights else {
      throw Misfit(
        expected: "a posterior with a density for \"iwae\"", found: "one that is a point",
        remedy: "Use the objective \"elbo\", or the posterior \"gaussian\".")
    }
    let logCount = Glibc.log(Double(samplesPerExample))
    return [ObjectiveTerm("bound", (logCount - logWeights.logSumExp(axis: 1)).sum())]
  }
}

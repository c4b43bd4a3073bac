internal import Configuration
internal import GraphIR

/// −log (1/K Σ_k w_k) with w = p(x|z) p(z) / q(z|x): a bound that tightens with K.
///
/// - Source: Burda et al., arXiv:1509.00519, eq. 8.
struct ImportanceWeightedBound: Objective {
  static let key = "iwae"
  let samplesPerExample: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    samplesPerExample = try options.integer("samples", in: 1...(1 << 16))
  }

  func emit(
    _ terms: ObjectiveTerms, in emission: inout Emission
  ) throws(Misfit) -> ObjectiveValues {
    guard let logPosterior = terms.logPosterior else {
      throw Misfit(
        expected: "a posterior with a density for \"iwae\"", found: "one that is a point",
        remedy: "Use the objective \"elbo\", or the posterior \"gaussian\".")
    }
    let joint = emission.builder.add(terms.logLikelihood, terms.logPrior)
    let logWeights = emission.builder.subtract(joint, logPosterior)
    let logSum = emission.builder.logSumExp(logWeights, axis: 1)
    let logCount = emission.builder.log(emission.builder.constant(Double(samplesPerExample)))
    let bound = emission.builder.sum(emission.builder.subtract(logCount, logSum))
    let kl = emission.builder.sum(terms.kl(in: &emission))
    return ObjectiveValues(objective: bound, weightedKL: kl)
  }
}

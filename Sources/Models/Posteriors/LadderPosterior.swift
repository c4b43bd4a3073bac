internal import Configuration

/// q(z|x, latents above): what the encoder says, N(μ̂, σ̂²) by two linear heads, and what the latents above say, p(z|above),
/// each weighed by its precision.
///
/// - Source: Sønderby et al., arXiv:1602.02282, eq. 12–14.
struct LadderPosterior: Posterior {
  static let key = "ladder"
  static let meaning =
    "What the encoder says, by two linear heads, and what the latents above say, each weighed "
    + "by its precision; needs the prior `conditional`. Sønderby et al., arXiv:1602.02282."
  let latentCount: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    latentCount = try options.latentCount()
  }

  var readsPrior: Bool { true }

  func distribution(
    _ features: Expression, prior: (any Distribution)?, _ context: ModelContext
  ) -> any Distribution {
    guard let prior, let priorLogVariance = prior.logVariance else {
      preconditionFailure("LadderPosterior: no variances come from above")
    }
    let encoded = DiagonalGaussian(heads: features, latentCount: latentCount, name: context.name)
    let (fromBelow, fromAbove) = (exp(-encoded.logVariances), exp(-priorLogVariance))
    let precision = fromBelow + fromAbove
    let mean = (encoded.mean * fromBelow + prior.mean * fromAbove) / precision
    return DiagonalGaussian(mean: mean, logVariance: -log(precision))
  }
}

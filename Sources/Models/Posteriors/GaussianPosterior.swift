internal import Configuration

/// q(z|x) = N(μ(x), diag σ²(x)), with one linear head for μ and one for log σ².
///
/// - Source: Kingma & Welling, arXiv:1312.6114, sections 2.4 and 3.
struct GaussianPosterior: Posterior {
  static let key = "gaussian"
  static let meaning = "N(μ, diag σ²), by two linear heads. Kingma & Welling, arXiv:1312.6114."
  let latentCount: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    latentCount = try options.latentCount()
  }

  func distribution(
    _ features: Expression, prior: (any Distribution)?, _ context: ModelContext
  ) -> any Distribution { gaussian(features, context) }

  func gaussian(_ features: Expression, _ context: ModelContext) -> DiagonalGaussian {
    DiagonalGaussian(heads: features, latentCount: latentCount, name: context.name)
  }
}

extension DiagonalGaussian {
  /// By linear heads `<name>.mean` and `<name>.logVariance` of features `[N, F]`: `[N, 1, Z]`.
  init(heads features: Expression, latentCount: Int, name: String) {
    let mean = features.dense(units: latentCount, name: "\(name).mean")
    let head = features.dense(units: latentCount, name: "\(name).logVariance")
    let logVariance = clamp(head, to: Self.logVarianceRange)
    self.init(mean: mean.inserting(axis: 1), logVariance: logVariance.inserting(axis: 1))
  }
}

internal import Configuration
internal import GraphIR

/// Each element is normal around y with one standard deviation for all, given or learned.
///
/// - Source: for the learned one, Rybkin et al., arXiv:2006.13202, section 4.
struct GaussianLikelihood: Likelihood {
  static let key = "gaussian"
  static let meaning = "−log p = ½ Σ (x − y)²/σ² + log 2πσ²."
  /// σ; nil where it is learned, as the parameter `likelihood.logVariance` that begins at σ = 1.
  let standardDeviation: Double?

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    standardDeviation = try options.number(
      "standardDeviation", orWord: "learned", default: 1, in: 1e-18...1e18,
      "σ, the same for all; learned: Rybkin et al., arXiv:2006.13202.")
  }

  var isNormalized: Bool { true }

  /// −½ Σ ((x − y)²/σ² + log 2πσ²).
  func logDensity(of x: Expression, given y: Expression) -> Expression {
    let elementCount = Double(y.shape.extents.dropFirst(2).reduce(1, *))
    let (precision, logVariance) = variance(in: y.emission)
    let constant = elementCount * (logVariance + log2π)
    return -0.5 * (square(x - y).sumPerSample * precision + constant)
  }

  func mean(_ y: Expression) -> Expression { y }

  /// 1/σ² and log σ², scalars.
  private func variance(
    in emission: Emission
  ) -> (precision: Expression, logVariance: Expression) {
    if let standardDeviation {
      let variance = emission.constant(standardDeviation * standardDeviation)
      return (reciprocal(variance), log(variance))
    }
    let parameter = emission.trained("likelihood.logVariance", .scalar, .constant(0))
    let logVariance = clamp(parameter, to: DiagonalGaussian.logVarianceRange)
    return (exp(-logVariance), logVariance)
  }
}

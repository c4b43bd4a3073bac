internal import Configuration

/// The bare ½ (x − y)² of the autoencoder: a Gaussian of σ = 1 without its constant.
struct SquaredErrorLikelihood: Likelihood {
  static let key = "squaredError"
  static let meaning = "½ Σ (x − y)²; it is no density, so there is no log p(x)."

  init(reading options: inout ObjectReader) {}

  var isNormalized: Bool { false }

  func logDensity(of x: Expression, given y: Expression) -> Expression {
    -0.5 * square(x - y).sumPerSample
  }

  func mean(_ y: Expression) -> Expression { y }
}

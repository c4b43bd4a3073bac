internal import Configuration

/// Each element is 1 with probability sigmoid(y), else 0; y are logits.
///
/// Data between 0 and 1 are taken for probabilities: the result is then the expected logarithm.
struct BernoulliLikelihood: Likelihood {
  static let key = "bernoulli"
  static let meaning = "−log p = Σ softplus(y) − x·y; y are logits, x in 0…1."

  init(reading options: inout ObjectReader) {}

  var isNormalized: Bool { true }
  var support: ClosedRange<Float> { 0...1 }

  /// Σ (x·y − softplus(y)), which does not overflow as the logarithm of a sigmoid would.
  func logDensity(of x: Expression, given y: Expression) -> Expression {
    (x * y - softplus(y)).sumPerSample
  }

  func mean(_ y: Expression) -> Expression { sigmoid(y) }
}

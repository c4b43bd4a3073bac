internal import Configuration
internal import GraphIR

/// Each element is 1 with probability sigmoid(y), else 0; y are logits.
///
/// Data between 0 and 1 are taken for probabilities: the result is then the expected logarithm.
struct BernoulliLikelihood: Likelihood {
  static let key = "bernoulli"

  init(reading options: inout ObjectReader) {}

  var isNormalized: Bool { true }
  var support: ClosedRange<Float> { 0...1 }

  /// Σ (x·y − softplus(y)), which does not overflow as the logarithm of a sigmoid would.
  func logDensity(of x: Value, given y: Value, in emission: inout Emission) -> Value {
    let product = emission.builder.multiply(x, y)
    let elements = emission.builder.subtract(product, emission.builder.softplus(y))
    return emission.sumPerSample(elements)
  }

  func mean(_ y: Value, in emission: inout Emission) -> Value { emission.builder.sigmoid(y) }
}

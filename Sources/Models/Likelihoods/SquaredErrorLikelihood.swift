internal import Configuration
internal import GraphIR

/// The bare ½ (x − y)² of the autoencoder: a Gaussian of σ = 1 without its constant.
struct SquaredErrorLikelihood: Likelihood {
  static let key = "squaredError"

  init(reading options: inout ObjectReader) {}

  var isNormalized: Bool { false }

  func logDensity(of x: Value, given y: Value, in emission: inout Emission) -> Value {
    let squares = emission.builder.square(emission.builder.subtract(x, y))
    return emission.builder.scale(emission.sumPerSample(squares), by: -0.5)
  }

  func mean(_ y: Value, in emission: inout Emission) -> Value { y }
}

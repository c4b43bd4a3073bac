internal import Configuration
internal import GraphIR

/// p(z) = N(0, I).
struct StandardNormalPrior: Prior {
  static let key = "standardNormal"

  init(reading options: inout ObjectReader) {}

  /// −½ Σ (log 2π + z²).
  func logDensity(of z: Value, in emission: inout Emission) -> Value {
    let constant = Double(emission.builder.shape(z)[2]) * log2π
    let squares = emission.sumPerSample(emission.builder.square(z))
    return emission.builder.scale(emission.builder.add(squares, constant), by: -0.5)
  }

  /// ½ (μ² + σ² − 1 − log σ²). Source: Kingma & Welling, arXiv:1312.6114, appendix B.
  func klDivergence(from q: DiagonalGaussian, in emission: inout Emission) -> Value? {
    let moments = emission.builder.add(
      emission.builder.square(q.mean), emission.builder.exp(q.logVariance))
    let total = emission.builder.subtract(emission.builder.add(moments, -1), q.logVariance)
    return emission.builder.scale(total, by: 0.5)
  }

  func sample(latentCount: Int, in emission: inout Emission) -> Value {
    emission.builder.random(.standardNormal, [emission.exampleCount, latentCount])
  }
}

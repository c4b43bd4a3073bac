internal import Configuration
internal import GraphIR

/// Each element is normal around y with one standard deviation for all, given or learned.
///
/// - Source: for the learned one, Rybkin et al., arXiv:2006.13202, section 4.
struct GaussianLikelihood: Likelihood {
  static let key = "gaussian"
  /// σ; nil where it is learned, as the parameter `likelihood.logVariance` that begins at σ = 1.
  let standardDeviation: Double?
  /// Given values of σ: float32 holds σ² and 1/σ².
  private static let range = 1e-18...1e18

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    let key = "standardDeviation"
    switch options.optionalNode(key) {
    case nil:
      standardDeviation = 1
    case let node? where node == .string("learned"):
      standardDeviation = nil
    case let node?:
      guard case .number(let value, _) = node.content, Self.range.contains(value) else {
        throw options.error(key, expected: "a number from 1e-18 to 1e18, or \"learned\"")
      }
      standardDeviation = value
    }
    options.resolve(key, as: standardDeviation.map(JSONNode.number) ?? .string("learned"))
  }

  var isNormalized: Bool { true }

  /// −½ Σ ((x − y)²/σ² + log 2πσ²).
  func logDensity(of x: Value, given y: Value, in emission: inout Emission) -> Value {
    let shape = emission.builder.shape(y)
    let elementCount = Double(shape.extents.dropFirst(2).reduce(1, *))
    let squares = emission.sumPerSample(
      emission.builder.square(emission.builder.subtract(x, y)))
    let (precision, logVariance) = variance(in: &emission)
    let constant = emission.builder.scale(
      emission.builder.add(logVariance, log2π), by: elementCount)
    let total = emission.builder.add(emission.builder.multiply(squares, precision), constant)
    return emission.builder.scale(total, by: -0.5)
  }

  func mean(_ y: Value, in emission: inout Emission) -> Value { y }

  /// 1/σ² and log σ², scalars.
  private func variance(
    in emission: inout Emission
  ) -> (precision: Value, logVariance: Value) {
    if let standardDeviation {
      let variance = emission.builder.constant(standardDeviation * standardDeviation)
      return (emission.builder.reciprocal(variance), emission.builder.log(variance))
    }
    let range = DiagonalGaussian.logVarianceRange
    let parameter = emission.trained("likelihood.logVariance", .scalar, .constant(0))
    let logVariance = emission.builder.clamp(parameter, range.lowerBound, range.upperBound)
    let precision = emission.builder.exp(emission.builder.negate(logVariance))
    return (precision, logVariance)
  }
}

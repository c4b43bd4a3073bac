internal import Configuration
internal import GraphIR

/// Batch normalisation of every channel, `[C]` or `[H, W, C]`.
///
/// In training with the statistics of the shard's rows; in inference with running averages of them,
/// of which the variance is the unbiased one.
///
/// - Source: Ioffe & Szegedy, arXiv:1502.03167, algorithms 1 and 2.
struct BatchNormLayer: Layer {
  static let key = "batchNorm"
  /// Weight of the newest statistic in the running average.
  let momentum: Double
  let epsilon: Double

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    momentum = try options.number("momentum", default: 0.1, in: 0...1)
    epsilon = try options.number("epsilon", default: 1e-5, above: 0)
  }

  func outputShape(of input: [Int]) -> [Int] { input }

  /// One number of each channel has no variance.
  func fewestRows(of input: [Int]) -> Int { input.dropLast().reduce(1, *) > 1 ? 1 : 2 }

  func emit(_ x: Value, name: String, in emission: inout Emission) -> Value {
    let channels = Shape([emission.builder.shape(x).extents.last!])
    let scale = emission.trained("\(name).weight", channels, .constant(1))
    let shift = emission.trained("\(name).bias", channels, .constant(0))
    let mean = statistic("\(name).running_mean", channels, start: 0, in: &emission)
    let variance = statistic("\(name).running_var", channels, start: 1, in: &emission)
    guard emission.mode == .training else {
      return emission.builder.normalize(
        x, mean: mean, variance: variance, scale: scale, shift: shift, epsilon: epsilon)
    }
    let normalized = emission.builder.batchNormalize(
      x, scale: scale, shift: shift, epsilon: epsilon)
    report(normalized.mean, as: mean, in: &emission)
    report(normalized.unbiasedVariance, as: variance, in: &emission)
    return normalized.result
  }

  private func statistic(
    _ name: String, _ shape: Shape, start: Double, in emission: inout Emission
  ) -> Value {
    emission.builder.parameter(
      ParameterDeclaration(
        name: name, shape: shape, initializer: .constant(start),
        role: .statistic(momentum: momentum)))
  }

  private func report(_ value: Value, as parameter: Value, in emission: inout Emission) {
    guard let index = emission.builder.parameterIndex(parameter) else {
      preconditionFailure("BatchNormLayer: %\(parameter.index) is no parameter")
    }
    let total = emission.builder.scale(value, by: Double(emission.exampleCount))
    emission.builder.output(.statistic(index), total)
  }
}

internal import Configuration
internal import Examples
internal import GraphIR

/// Batch normalisation of every channel, `[C]` or `[H, W, C]`.
///
/// In training with the statistics of the minibatch, or of the shard's rows alone; in inference with running
/// averages of them, of which the variance is the unbiased one. What goes through the layer a second time in a step,
/// such as learnt pseudo-inputs, is normalised as the examples before it were, and has no part in the averages: the
/// layer is one function then, in training as in inference.
///
/// - Source: Ioffe & Szegedy, arXiv:1502.03167, algorithms 1 and 2.
struct BatchNormLayer: Layer {
  static let key = "batchNorm"
  static let meaning = "Normalises every channel, in any shape. Ioffe & Szegedy, arXiv:1502.03167."
  /// Weight of the newest statistic in the running average.
  let momentum: Double
  let epsilon: Double
  let scope: BatchScope

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    momentum = try options.number(
      "momentum", default: 0.1, in: 0...1,
      "Weight of the newest statistic in the running average.")
    epsilon = try options.number(
      "epsilon", default: 1e-5, above: 0,
      "Added to the variance.")
    scope = try BatchScope(reading: &options)
  }

  var seesShard: Bool { scope == .shard }

  func outputShape(of input: [Int], fields: [Field]) -> [Int] { input }

  /// One number of each channel has no variance.
  func fewestRows(of input: [Int]) -> Int { input.dropLast().reduce(1, *) > 1 ? 1 : 2 }

  func emit(_ x: Expression, name: String) -> Expression {
    let emission = x.emission
    let channels = Shape([x.shape.extents.last!])
    let scale = emission.trained("\(name).weight", channels, .constant(1))
    let shift = emission.trained("\(name).bias", channels, .constant(0))
    let mean = statistic("\(name).running_mean", channels, start: 0, in: emission)
    let variance = statistic("\(name).running_var", channels, start: 1, in: emission)
    let given =
      emission.mode == .inference ? (mean: mean, variance: variance) : emission.normalizations[name]
    if let given {
      return emission.emit {
        $0.normalize(
          x.value, mean: given.mean.value, variance: given.variance.value, scale: scale.value,
          shift: shift.value, epsilon: epsilon)
      }
    }
    let rows = x.rows(over: scope)
    let normalized = emission.builder.batchNormalize(
      x.value, scale: scale.value, shift: shift.value, epsilon: epsilon, minibatch: rows)
    report(normalized.mean, as: mean)
    report(normalized.unbiasedVariance, as: variance)
    emission.normalizations[name] = (
      mean: Expression(normalized.mean, in: emission),
      variance: Expression(normalized.variance, in: emission)
    )
    return Expression(normalized.result, in: emission)
  }

  private func statistic(
    _ name: String, _ shape: Shape, start: Double, in emission: Emission
  ) -> Expression {
    emission.parameter(
      ParameterDeclaration(
        name: name, shape: shape, initializer: .constant(start),
        role: .statistic(momentum: momentum)))
  }

  private func report(_ value: Value, as parameter: Expression) {
    let emission = parameter.emission
    guard let index = emission.builder.parameterIndex(parameter.value) else {
      preconditionFailure("BatchNormLayer: %\(parameter.value.index) is no parameter")
    }
    emission.output(
      .statistic(index), Expression(value, in: emission) * Double(emission.exampleCount))
  }
}

/// The pieces of a batch normalisation over all axes but the last.
public struct BatchNormalization: Sendable {
  /// The normalised, scaled and shifted result; the operand's shape.
  public var result: Value
  /// Mean of the examples at hand, `[C]`.
  public var mean: Value
  /// Variance of the examples at hand with the divisor n − 1, `[C]`, as running averages keep it.
  public var unbiasedVariance: Value
}

extension GraphBuilder {
  /// `(x − mean) / √(variance + epsilon) · scale + shift` with the statistics of `x` itself.
  ///
  /// - Parameters:
  ///   - x: `[…, C]`.
  ///   - scale: `[C]`.
  ///   - shift: `[C]`.
  ///   - epsilon: added to the variance (divisor n) under the root.
  /// - Source: Ioffe & Szegedy, arXiv:1502.03167, algorithm 1.
  public mutating func batchNormalize(
    _ x: Value, scale: Value, shift: Value, epsilon: Double
  ) -> BatchNormalization {
    let leading = Array(shape(x).extents.indices.dropLast())
    let count = Double(leading.reduce(1) { $0 * shape(x)[$1] })
    let mean = mean(x, axes: leading)
    let centred = subtract(x, mean)
    let squares = sum(square(centred), axes: leading)
    let variance = self.scale(squares, by: 1 / count)
    let deviation = squareRoot(add(variance, epsilon))
    let result = add(multiply(centred, divide(scale, deviation)), shift)
    let unbiased = self.scale(squares, by: 1 / max(1, count - 1))
    return BatchNormalization(result: result, mean: mean, unbiasedVariance: unbiased)
  }

  /// `(x − mean) / √(variance + epsilon) · scale + shift` with given statistics, for inference.
  public mutating func normalize(
    _ x: Value, mean: Value, variance: Value, scale: Value, shift: Value, epsilon: Double
  ) -> Value {
    let factor = divide(scale, squareRoot(add(variance, epsilon)))
    return add(multiply(subtract(x, mean), factor), shift)
  }
}

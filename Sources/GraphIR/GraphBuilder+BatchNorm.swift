/// The pieces of a batch normalisation over all axes but the last.
public struct BatchNormalization: Sendable {
  /// The normalised, scaled and shifted result; the operand's shape.
  public var result: Value
  /// Mean of the examples at hand, `[C]`: of the shard's, or of the minibatch's.
  public var mean: Value
  /// Variance of the examples at hand with the divisor n, `[C]`.
  public var variance: Value
  /// Variance of the examples at hand with the divisor n − 1, `[C]`, as running averages keep it.
  public var unbiasedVariance: Value
}

extension GraphBuilder {
  /// `(x − mean) / √(variance + epsilon) · scale + shift` with the statistics of `x` itself, or of the minibatch
  /// that its rows are a shard of.
  ///
  /// Mean and variance come from one pass, as first and second moment of the distance `t` to an origin
  /// near the data, and the derivative needs two passes: one for Σ ȳ and Σ ȳ t, one for x̄.
  ///
  /// - Parameters:
  ///   - x: `[N, …, C]`.
  ///   - scale: `[C]`.
  ///   - shift: `[C]`.
  ///   - epsilon: added to the variance (divisor n) under the root.
  ///   - minibatch: examples of all shards, which meet twice in the forward pass and once in the backward pass;
  ///     nil where `x` stands alone.
  /// - Numerics: the origin is the mean m′ of the first sixteenth of the rows, averaged over shards by their
  ///   rows. As a shard's variance is at least (m′ − mean)² / 15, and the variance at least the average of the
  ///   shards', the difference of moments loses 4 bits at most. A difference below
  ///   zero, by rounding, counts as 0. The origin is a constant of the derivative, because the
  ///   result does not depend on it.
  /// - Source: Ioffe & Szegedy, arXiv:1502.03167, algorithm 1.
  public mutating func batchNormalize(
    _ x: Value, scale: Value, shift: Value, epsilon: Double, minibatch: Int? = nil
  ) -> BatchNormalization {
    let leading = Array(shape(x).extents.indices.dropLast())
    let (rows, examples) = (shape(x)[0], minibatch ?? shape(x)[0])
    let count = Double(leading.dropFirst().reduce(examples) { $0 * shape(x)[$1] })
    func mean(_ value: Value, _ g: inout GraphBuilder) -> Value {
      let sum = g.sum(value, axes: leading)
      return g.scale(minibatch == nil ? sum : g.allReduce(sum), by: 1 / count)
    }
    let part = slice(x, axis: 0, start: 0, count: (rows + 15) / 16)
    var origin = self.mean(part, axes: leading)
    if minibatch != nil {
      origin = allReduce(self.scale(origin, by: Double(rows) / Double(examples)))
    }
    origin = stopGradient(origin)
    let distance = subtract(x, origin)
    let first = mean(distance, &self)
    let second = mean(square(distance), &self)
    let variance = maximum(subtract(second, square(first)), constant(0))
    let factor = divide(scale, squareRoot(add(variance, epsilon)))
    let result = add(multiply(distance, factor), subtract(shift, multiply(first, factor)))
    let unbiased = self.scale(variance, by: count / max(1, count - 1))
    return BatchNormalization(
      result: result, mean: add(origin, first), variance: variance, unbiasedVariance: unbiased)
  }

  /// `(x − mean) / √(variance + epsilon) · scale + shift` with given statistics, for inference.
  public mutating func normalize(
    _ x: Value, mean: Value, variance: Value, scale: Value, shift: Value, epsilon: Double
  ) -> Value {
    let factor = divide(scale, squareRoot(add(variance, epsilon)))
    return add(multiply(subtract(x, mean), factor), shift)
  }
}

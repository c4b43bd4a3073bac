/// The family of p(x|z): what the decoder's output says about the data.
///
/// Shapes: B examples, K samples of each, then the example's own axes.
package protocol Likelihood: ModelChoice {
  /// Whether it is the logarithm of a density, so that likelihoods of data may be estimated.
  var isNormalized: Bool { get }
  /// The values that data may have.
  var support: ClosedRange<Float> { get }
  /// Emits log p(x|z), `[B, K]`: the sum over the example's axes, in nats.
  ///
  /// - Parameters:
  ///   - x: the data, `[B, 1, …]`.
  ///   - y: the decoder's output, `[B, K, …]`.
  func logDensity(of x: Expression, given y: Expression) -> Expression
  /// Emits the mean of p(x|z), of y's shape.
  func mean(_ y: Expression) -> Expression
}

extension Likelihood {
  /// All finite numbers.
  package var support: ClosedRange<Float> {
    -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude
  }
}

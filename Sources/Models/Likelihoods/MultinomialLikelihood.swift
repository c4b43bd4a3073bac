internal import Configuration
internal import GraphIR

/// Counts that fall into the elements with probabilities softmax(y): clicks, words.
///
/// The multinomial coefficient, which no parameter changes, is left out: so likelihoods of data are not
/// estimated.
///
/// - Source: Liang et al., "Variational Autoencoders for Collaborative Filtering", WWW 2018,
///   arXiv:1802.05814, eq. 2.
struct MultinomialLikelihood: Likelihood {
  static let key = "multinomial"
  static let meaning =
    "Counts that fall into elements with probabilities softmax(y); the coefficient is left "
    + "out, so there is no log p(x). Liang et al., arXiv:1802.05814."

  init(reading options: inout ObjectReader) {}

  var isNormalized: Bool { false }
  var support: ClosedRange<Float> { 0...Float.greatestFiniteMagnitude }

  /// Σ x·y − (Σ x) log Σ e^y, over all of the example's elements.
  func logDensity(of x: Expression, given y: Expression) -> Expression {
    (x * y).sumPerSample - x.sumPerSample * logNormalizer(y, leading: 2)
  }

  /// Probabilities of the elements.
  func mean(_ y: Expression) -> Expression {
    let normalizer = logNormalizer(y, leading: 1)
    let ones = y.shape.extents.dropFirst().map { _ in 1 }
    return exp(y - normalizer.reshaped(Shape([y.shape[0]] + ones)))
  }

  /// log Σ e^y over the axes behind some leading ones.
  private func logNormalizer(_ y: Expression, leading: Int) -> Expression {
    let extents = y.shape.extents
    let elements = extents[leading...].reduce(1, *)
    return y.reshaped(Shape(extents[..<leading] + [elements])).logSumExp(axis: leading)
  }
}

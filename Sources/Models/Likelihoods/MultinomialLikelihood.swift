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

  init(reading options: inout ObjectReader) {}

  var isNormalized: Bool { false }
  var support: ClosedRange<Float> { 0...Float.greatestFiniteMagnitude }

  /// Σ x·y − (Σ x) log Σ e^y, over all of the example's elements.
  func logDensity(of x: Value, given y: Value, in emission: inout Emission) -> Value {
    let products = emission.sumPerSample(emission.builder.multiply(x, y))
    let total = emission.sumPerSample(x)
    return emission.builder.subtract(
      products, emission.builder.multiply(total, logNormalizer(y, samplesAxis: 1, in: &emission)))
  }

  /// Probabilities of the elements.
  func mean(_ y: Value, in emission: inout Emission) -> Value {
    let normalizer = logNormalizer(y, samplesAxis: 0, in: &emission)
    let shape = emission.builder.shape(y)
    return emission.builder.exp(
      emission.builder.subtract(y, emission.builder.broadcastLeading(normalizer, to: shape)))
  }

  /// log Σ e^y over the axes behind `samplesAxis`.
  private func logNormalizer(
    _ y: Value, samplesAxis: Int, in emission: inout Emission
  ) -> Value {
    let extents = emission.builder.shape(y).extents
    let leading = Array(extents[...samplesAxis])
    let elements = extents[(samplesAxis + 1)...].reduce(1, *)
    let flat = emission.builder.reshape(y, Shape(leading + [elements]))
    return emission.builder.logSumExp(flat, axis: samplesAxis + 1)
  }
}

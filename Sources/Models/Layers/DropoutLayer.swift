internal import Configuration
internal import Examples
internal import GraphIR

/// In training zeroes elements with `probability` and scales the rest to keep the mean.
///
/// - Source: Srivastava et al., JMLR 15 (2014), 1929–1958.
struct DropoutLayer: Layer {
  static let key = "dropout"
  static let meaning =
    "Zeroes elements in training and scales the rest, in any shape. Srivastava et al., JMLR "
    + "15 (2014)."
  let probability: Double

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    probability = try options.number(
      "probability", in: 0...1, below: 1,
      "That an element is zeroed.")
  }

  func outputShape(of input: [Int], fields: [Field]) -> [Int] { input }

  func emit(_ x: Expression, name: String) -> Expression {
    guard x.emission.mode == .training, probability > 0 else { return x }
    let noise = x.emission.noise(.uniform, x.shape)
    return x.emission.emit { $0.dropout(x.value, noise: noise.value, probability: probability) }
  }
}

internal import Configuration
internal import GraphIR

/// In training zeroes elements with `probability` and scales the rest to keep the mean.
///
/// - Source: Srivastava et al., JMLR 15 (2014), 1929–1958.
struct DropoutLayer: Layer {
  static let key = "dropout"
  let probability: Double

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    probability = try options.number("probability", in: 0...1, below: 1)
  }

  func outputShape(of input: [Int]) -> [Int] { input }

  func emit(_ x: Value, name: String, in emission: inout Emission) -> Value {
    guard emission.mode == .training, probability > 0 else { return x }
    let noise = emission.noise(.uniform, rows: emission.builder.shape(x))
    return emission.builder.dropout(x, noise: noise, probability: probability)
  }
}

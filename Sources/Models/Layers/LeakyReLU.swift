internal import Configuration
internal import GraphIR

/// x where x > 0, else slope · x.
struct LeakyReLU: Activation {
  static let key = "leakyReLU"
  static let meaning = "x > 0 ? x : slope·x, in any shape."
  let slope: Double

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    slope = try options.number(
      "slope", default: 0.01, above: 0,
      "Factor of what is below 0.")
  }

  func apply(to x: Value, in g: inout GraphBuilder) -> Value { g.leakyReLU(x, slope: slope) }
}

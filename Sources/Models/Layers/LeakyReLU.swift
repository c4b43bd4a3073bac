internal import Configuration
internal import GraphIR

/// x where x > 0, else slope · x.
struct LeakyReLU: Activation {
  static let key = "leakyReLU"
  let slope: Double

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    slope = try options.number("slope", default: 0.01, above: 0)
  }

  func apply(to x: Value, in g: inout GraphBuilder) -> Value { g.leakyReLU(x, slope: slope) }
}

internal import Configuration
internal import GraphIR

/// x where x > 0, else α (e^x − 1).
struct ELU: Activation {
  static let key = "elu"
  let alpha: Double

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    alpha = try options.number("alpha", default: 1, above: 0)
  }

  func apply(to x: Value, in g: inout GraphBuilder) -> Value { g.elu(x, alpha: alpha) }
}

internal import Configuration
internal import GraphIR

/// x where x > 0, else α (e^x − 1).
struct ELU: Activation {
  static let key = "elu"
  static let meaning = "x > 0 ? x : α(eˣ − 1), in any shape. Clevert et al., arXiv:1511.07289."
  let alpha: Double

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    alpha = try options.number(
      "alpha", default: 1, above: 0,
      "Far below 0 the function tends to −α.")
  }

  func apply(to x: Value, in g: inout GraphBuilder) -> Value { g.elu(x, alpha: alpha) }
}

internal import Configuration
internal import GraphIR

/// x Φ(x), with the exact normal distribution function.
struct GELU: Activation {
  static let key = "gelu"
  static let meaning = "x·Φ(x), exact, in any shape. Hendrycks & Gimpel, arXiv:1606.08415."

  init(reading options: inout ObjectReader) {}

  func apply(to x: Value, in g: inout GraphBuilder) -> Value { g.gelu(x) }
}

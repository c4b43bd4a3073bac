internal import Configuration
internal import GraphIR

/// x / (1 + e^−x).
struct SiLU: Activation {
  static let key = "silu"

  init(reading options: inout ObjectReader) {}

  func apply(to x: Value, in g: inout GraphBuilder) -> Value { g.silu(x) }
}

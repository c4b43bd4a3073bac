internal import Configuration
internal import GraphIR

/// x / (1 + e^−x).
struct SiLU: Activation {
  static let key = "silu"
  static let meaning = "x·sigmoid(x), in any shape. Elfwing et al., arXiv:1702.03118."

  init(reading options: inout ObjectReader) {}

  func apply(to x: Value, in g: inout GraphBuilder) -> Value { g.silu(x) }
}

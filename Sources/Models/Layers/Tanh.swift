internal import Configuration
internal import GraphIR

/// The hyperbolic tangent.
struct Tanh: Activation {
  static let key = "tanh"
  static let meaning = "tanh x, in any shape."

  init(reading options: inout ObjectReader) {}

  func apply(to x: Value, in g: inout GraphBuilder) -> Value { g.tanh(x) }
}

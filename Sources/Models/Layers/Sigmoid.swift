internal import Configuration
internal import GraphIR

/// 1 / (1 + e^−x).
struct Sigmoid: Activation {
  static let key = "sigmoid"
  static let meaning = "1 / (1 + e⁻ˣ), in any shape."

  init(reading options: inout ObjectReader) {}

  func apply(to x: Value, in g: inout GraphBuilder) -> Value { g.sigmoid(x) }
}

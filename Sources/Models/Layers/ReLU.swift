internal import Configuration
internal import GraphIR

/// max(x, 0).
struct ReLU: Activation {
  static let key = "relu"
  static let meaning = "max(x, 0), in any shape."

  init(reading options: inout ObjectReader) {}

  func apply(to x: Value, in g: inout GraphBuilder) -> Value { g.relu(x) }
}

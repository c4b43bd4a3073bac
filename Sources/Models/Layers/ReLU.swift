internal import Configuration
internal import GraphIR

/// max(x, 0).
struct ReLU: Activation {
  static let key = "relu"

  init(reading options: inout ObjectReader) {}

  func apply(to x: Value, in g: inout GraphBuilder) -> Value { g.relu(x) }
}

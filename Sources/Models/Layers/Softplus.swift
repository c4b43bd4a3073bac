internal import Configuration
internal import GraphIR

/// log(1 + e^x).
struct Softplus: Activation {
  static let key = "softplus"
  static let meaning = "log(1 + eˣ), in any shape."

  init(reading options: inout ObjectReader) {}

  func apply(to x: Value, in g: inout GraphBuilder) -> Value { g.softplus(x) }
}

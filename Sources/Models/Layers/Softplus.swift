internal import Configuration
internal import GraphIR

/// log(1 + e^x).
struct Softplus: Activation {
  static let key = "softplus"

  init(reading options: inout ObjectReader) {}

  func apply(to x: Value, in g: inout GraphBuilder) -> Value { g.softplus(x) }
}

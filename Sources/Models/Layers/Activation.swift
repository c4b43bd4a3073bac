internal import GraphIR

/// A layer without parameters that applies a function to every element.
protocol Activation: Layer {
  func apply(to x: Value, in g: inout GraphBuilder) -> Value
}

extension Activation {
  func outputShape(of input: [Int]) -> [Int] { input }

  func emit(_ x: Value, name: String, in emission: inout Emission) -> Value {
    apply(to: x, in: &emission.builder)
  }
}

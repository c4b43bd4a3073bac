internal import Examples
internal import GraphIR

/// A layer without parameters that applies a function to every element.
protocol Activation: Layer {
  func apply(to x: Value, in g: inout GraphBuilder) -> Value
}

extension Activation {
  func outputShape(of input: [Int], fields: [Field]) -> [Int] { input }

  func emit(_ x: Expression, name: String) -> Expression {
    x.emission.emit { apply(to: x.value, in: &$0) }
  }
}

package import GraphIR
package import GraphReference

/// A random graph of element-wise functions and sums between products: some arrays that products leave in
/// the arena go through fused loops, which sum and copy them while they compute what later products read,
/// perhaps in the memory of what they sum.
package struct RandomLoops {
  /// The graph; its input is `x`.
  package let graph: Graph
  /// Values for it.
  package let inputs: [String: Tensor]
  /// Weights of its products.
  package let parameters: [Tensor]

  /// The graph of a seed.
  package init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var builder = GraphBuilder()
    func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: choices.indices, using: &random)] }
    let (rows, columns) = (pick([1, 2, 5, 70, 300]), pick([1, 3, 8, 16, 40]))
    let shape: Shape = [rows, columns]
    let x = builder.input("x", shape)
    var parameters: [Tensor] = []
    func product(_ operand: Value) -> Value {
      let weight = builder.parameter(
        ParameterDeclaration(
          name: "w\(parameters.count)", shape: [columns, columns], initializer: .constant(0),
          role: .trained(isWeight: true)))
      parameters.append(random.tensor([columns, columns], in: -0.5...0.5))
      return builder.matmul(operand, weight, transposeRight: true)
    }
    func function(_ pool: [Value]) -> Value {
      let (a, b) = (pick(pool), pick(pool))
      switch Int.random(in: 0..<9, using: &random) {
      case 0: return builder.tanh(a)
      case 1: return builder.sigmoid(a)
      case 2: return builder.softplus(a)
      case 3: return builder.relu(a)
      case 4: return builder.negate(a)
      case 5: return builder.add(a, b)
      case 6: return builder.multiply(a, b)
      case 7: return builder.subtract(a, b)
      default: return builder.maximum(a, b)
      }
    }
    var results: [Value] = []
    var next = x
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      var pool = (0..<Int.random(in: 1...3, using: &random)).map { _ in product(next) }
      let arrays = pool
      for _ in 0..<Int.random(in: 1...5, using: &random) { pool.append(function(pool)) }
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let value = pick(arrays + pool)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: results.append(value)
        case 1: results.append(builder.sum(value))
        case 2: results.append(builder.sum(value, axes: [0]))
        default: results.append(builder.sum(value, axes: [1]))
        }
      }
      // Bounded, so that rounding stays small beside values.
      next = builder.tanh(pick(pool.suffix(3)))
    }
    results.append(builder.sum(product(next)))
    for (index, result) in results.enumerated() {
      builder.output(.result("r\(index)"), result)
    }
    graph = builder.graph
    inputs = ["x": random.tensor(shape, in: -1...1)]
    self.parameters = parameters
  }
}

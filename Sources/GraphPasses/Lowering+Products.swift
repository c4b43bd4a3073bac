import GraphIR
import KernelCalls

/// Products, with the bias and the activation that follow them.
extension Lowering {
  mutating func product(_ index: Int) -> ArrayView {
    if let product = sparseProduct(index) { return product }
    let node = graph.nodes[index]
    guard case .matmul(let left, let right) = node.op else { return convolution(index) }
    // The operands of a weights' gradient may be kept for the whole minibatch: as arrays of their own, also where a
    // single row would be dense as a part of another.
    let operands = node.operands.map { dense($0, whole: left && !right) }
    let matmul = Matmul(
      rows: node.shape[0], columns: node.shape[1],
      inner: graph[node.operands[0]].shape[left ? 0 : 1],
      transposeLeft: left, transposeRight: right)
    return withEpilogue(index, .matmul(matmul), operands)
  }

  /// The kernel that computes a node, with the bias and the activation that follow it.
  mutating func withEpilogue(
    _ index: Int, _ kernel: Kernel, _ operands: [ArrayView]
  ) -> ArrayView {
    var epilogue = Epilogue<ArrayView>()
    var last = index
    if let (sum, bias) = biasAdded(to: last) { (last, epilogue.bias) = (sum, bias) }
    if let (activation, slope) = activationOf(last) { (last, epilogue.slope) = (activation, slope) }
    let result = call(kernel, operands, epilogue, shape: graph.nodes[index].shape)
    if last != index { absorbed[last] = result.owner }
    // The node between product and activation is computed with them and read by nobody else.
    if let (sum, _) = biasAdded(to: index), sum != last { absorbed[sum] = result.owner }
    return result
  }

  /// The only reader of a value, where there is one and it is no output.
  private func soleReader(of index: Int) -> Int? {
    guard uses[index] == 1 else { return nil }
    return graph.nodes.indices[(index + 1)...].first {
      graph.nodes[$0].operands.contains(Value(index))
    }
  }

  /// The addition of a parameter along the last axis that follows, and that parameter.
  private func biasAdded(to index: Int) -> (node: Int, bias: ArrayView)? {
    guard let reader = soleReader(of: index), case .binary(.add) = graph.nodes[reader].op else {
      return nil
    }
    let operands = graph.nodes[reader].operands
    let other = operands[0] == Value(index) ? operands[1] : operands[0]
    let shape = graph.nodes[index].shape
    guard case .broadcast(_, axes: [shape.rank - 1]) = graph[other].op,
      case .parameter = graph[graph[other].operands[0]].op,
      case .view(let bias)? = found[graph[other].operands[0].index]
    else { return nil }
    return (reader, bias)
  }

  private func activationOf(_ index: Int) -> (node: Int, slope: Double)? {
    guard let reader = soleReader(of: index) else { return nil }
    switch graph.nodes[reader].op {
    case .unary(.relu): return (reader, 0)
    case .unary(.leakyReLU(let slope)): return (reader, slope)
    default: return nil
    }
  }
}

import GraphIR
import KernelCalls

/// Which products read non-zeros instead of a dense input.
extension Lowering {
  /// The product as one of sparse rows, where an operand is a sparse input itself and the other lies
  /// as a dense layer has it; nil for what needs the input dense.
  mutating func sparseProduct(_ index: Int) -> ArrayView? {
    let node = graph.nodes[index]
    guard case .matmul(let left, let right) = node.op else { return nil }
    let (a, b) = (node.operands[0], node.operands[1])
    if let sparsity = sparsity(of: a), !left, right, self.sparsity(of: b) == nil {
      let (x, w) = (graph[a].shape, dense(b))
      let product = SparseMatmul(
        .forward, rows: x[0], inputs: x[1], outputs: node.shape[1], sparsity)
      return withEpilogue(index, .sparseMatmul(product), [w])
    }
    if let sparsity = sparsity(of: b), left, !right, self.sparsity(of: a) == nil {
      let (x, gradient) = (graph[b].shape, dense(a))
      let product = SparseMatmul(
        .weightGradient, rows: x[0], inputs: x[1], outputs: node.shape[0], sparsity)
      return call(.sparseMatmul(product), [gradient], shape: node.shape)
    }
    return nil
  }

  /// How many non-zeros rows of the value have, where it is an input of which they are at hand.
  private func sparsity(of value: Value) -> RowSparsity? {
    if case .input(let name, _) = graph[value].op { sparse[name] } else { nil }
  }
}

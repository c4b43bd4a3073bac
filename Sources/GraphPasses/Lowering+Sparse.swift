import GraphIR

/// A product of which one operand is an input whose rows are sparse, x `[rows, inputs]`.
package struct SparseProduct: Hashable, Sendable {
  /// Which of a dense layer's products.
  package enum Kind: Hashable, Sendable {
    /// x times w `[outputs, inputs]`, transposed.
    case forward
    /// The gradient of w, from that of the product `[rows, outputs]`.
    case weightGradient
  }

  package var kind: Kind
  package var rows: Int, inputs: Int, outputs: Int
}

/// Which products read non-zeros instead of a dense input.
extension Lowering {
  /// The product as one of sparse rows, where an operand is a sparse input itself and the other lies
  /// as a dense layer has it; nil for what needs the input dense.
  mutating func sparseProduct(_ index: Int) -> LoopValue? {
    let node = graph.nodes[index]
    guard case .matmul(let left, let right) = node.op else { return nil }
    let (a, b) = (node.operands[0], node.operands[1])
    if isSparse(a), !left, right, !isSparse(b) {
      let (x, w) = (graph[a].shape, dense(b))
      let product = SparseProduct(
        kind: .forward, rows: x[0], inputs: x[1], outputs: node.shape[1])
      return withEpilogue(index) { .sparse(product, w, $0) }
    }
    if isSparse(b), left, !right, !isSparse(a) {
      let (x, gradient) = (graph[b].shape, dense(a))
      let product = SparseProduct(
        kind: .weightGradient, rows: x[0], inputs: x[1], outputs: node.shape[0])
      return kernel(.sparse(product, gradient, Epilogue()), node.shape)
    }
    return nil
  }

  private func isSparse(_ value: Value) -> Bool {
    guard case .input(let name, _) = graph[value].op else { return false }
    return sparse.contains(name)
  }
}

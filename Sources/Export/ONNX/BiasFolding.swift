internal import GraphIR

/// Which additions of a bias become part of the product before them.
///
/// `Gemm`, `Conv` and `ConvTranspose` take a bias of their own. A product whose only reader adds
/// one number per column or channel, the same for every example, is therefore written together with
/// that addition.
struct BiasFolding {
  /// A product and the one-axis value that is added to it.
  struct Pair {
    var product: Value
    var bias: Value
  }
  /// By the addition's position.
  private(set) var pairs: [Int: Pair] = [:]
  /// Products that are written with their addition.
  private(set) var deferred: Set<Int> = []

  /// - Parameters:
  ///   - needed: for each node whether the model contains it.
  ///   - exported: values that leave the model.
  init(_ graph: Graph, needed: [Bool], exported: [Value]) {
    var uses = [Int](repeating: 0, count: graph.nodes.count)
    var varies = [Bool](repeating: false, count: graph.nodes.count)
    for value in exported { uses[value.index] += 1 }
    for (index, node) in graph.nodes.enumerated() where needed[index] {
      for operand in node.operands { uses[operand.index] += 1 }
      if case .input = node.op { varies[index] = true }
      if node.operands.contains(where: { varies[$0.index] }) { varies[index] = true }
    }
    for (index, node) in graph.nodes.enumerated() where needed[index] {
      guard case .binary(.add) = node.op else { continue }
      for (product, addend) in [(0, 1), (1, 0)].map({ (node.operands[$0], node.operands[$1]) }) {
        guard uses[product.index] == 1, graph[product].op.takesBias,
          case .broadcast(let shape, let axes) = graph[addend].op, axes == [shape.rank - 1],
          !varies[addend.index]
        else { continue }
        pairs[index] = Pair(product: product, bias: graph[addend].operands[0])
        deferred.insert(product.index)
        break
      }
    }
  }
}

extension Op {
  fileprivate var takesBias: Bool {
    switch self {
    case .matmul, .convolution, .convolutionInputGradient: true
    default: false
    }
  }
}

extension GraphBuilder {
  /// Emits the derivatives of a scalar with respect to earlier results, each of the shape of its result; zeros where
  /// the scalar does not depend on it.
  ///
  /// Reverse mode: cotangents flow from the scalar to the sources, and only along nodes that depend on a source. What
  /// is emitted are operations like any others, so that derivatives of derivatives are made by calling it again.
  ///
  /// In a shard the scalar is its part of a sum over the minibatch; where shards meet, what comes out is the
  /// derivative of that sum.
  ///
  /// - Precondition: the target is a scalar.
  /// - Source: Griewank & Walther, "Evaluating Derivatives", 2nd ed., SIAM 2008, chapter 3.2.
  public mutating func gradients(
    of target: Value, withRespectTo sources: [Value]
  ) -> [Value] {
    precondition(shape(target) == .scalar, "the target is \(shape(target)), not a scalar")
    let active = dependents(of: sources)
    var cotangents: [Value: Value] = [target: constant(1)]
    for index in stride(from: target.index, through: 0, by: -1) where active[index] {
      guard let yBar = cotangents[Value(index)] else { continue }
      let node = graph.nodes[index]
      let wanted = node.operands.map { active[$0.index] }
      guard wanted.contains(true) else { continue }
      let operandCotangents = node.op.pullback(
        yBar, result: Value(index), at: node.operands, wanted: wanted, in: &self)
      for (operand, xBar) in zip(node.operands, operandCotangents) where active[operand.index] {
        guard let xBar else { continue }
        cotangents[operand] = cotangents[operand].map { add($0, xBar) } ?? xBar
      }
    }
    return sources.map { cotangents[$0] ?? constant(0, shape($0)) }
  }

  /// For each node, whether it depends on a source through differentiable operations.
  private func dependents(of sources: [Value]) -> [Bool] {
    var active = [Bool](repeating: false, count: graph.nodes.count)
    for source in sources { active[source.index] = true }
    for (index, node) in graph.nodes.enumerated() where !active[index] {
      switch node.op {
      case .stopGradient, .unary(.heaviside), .unary(.floor): continue
      default: active[index] = node.operands.contains { active[$0.index] }
      }
    }
    return active
  }
}

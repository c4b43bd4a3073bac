public import GraphIR

extension Graph {
  /// This graph with the derivative of a scalar output with respect to every trained parameter.
  ///
  /// Reverse mode: cotangents flow from the output to the parameters, and only along nodes that
  /// depend on a trained parameter, so the gradient of the data is never computed. A parameter that
  /// the output does not depend on gets a gradient of zeros.
  ///
  /// - Parameter role: the output to differentiate, a scalar.
  /// - Returns: the graph with one `.gradient` output per trained parameter, in order.
  /// - Precondition: the output exists and is a scalar.
  /// - Source: Griewank & Walther, "Evaluating Derivatives", 2nd ed., SIAM 2008, chapter 3.2.
  public func differentiated(of role: Output.Role) -> Graph {
    guard let target = output(role) else { preconditionFailure("no output \(role)") }
    precondition(self[target].shape == .scalar, "\(role) is \(self[target].shape), not a scalar")
    var builder = GraphBuilder(continuing: self)
    let active = dependents(ofTrained: parameters)
    var cotangents: [Value: Value] = [target: builder.constant(1)]
    var parameterCotangents: [Int: Value] = [:]
    for index in stride(from: target.index, through: 0, by: -1) where active[index] {
      guard let yBar = cotangents[Value(index)] else { continue }
      let node = nodes[index]
      if case .parameter(let parameter, _) = node.op { parameterCotangents[parameter] = yBar }
      let wanted = node.operands.map { active[$0.index] }
      let operandCotangents = node.op.pullback(
        yBar, result: Value(index), at: node.operands, wanted: wanted, in: &builder)
      for (operand, xBar) in zip(node.operands, operandCotangents) where active[operand.index] {
        guard let xBar else { continue }
        cotangents[operand] = cotangents[operand].map { builder.add($0, xBar) } ?? xBar
      }
    }
    for (index, parameter) in parameters.enumerated() where parameter.isTrained {
      let gradient = parameterCotangents[index] ?? builder.constant(0, parameter.shape)
      builder.output(.gradient(index), gradient)
    }
    return builder.graph
  }

  /// For each node, whether it depends on a trained parameter through differentiable operations.
  private func dependents(ofTrained parameters: [ParameterDeclaration]) -> [Bool] {
    var active = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      switch node.op {
      case .parameter(let parameter, _): active[index] = parameters[parameter].isTrained
      case .stopGradient, .unary(.step): active[index] = false
      default: active[index] = node.operands.contains { active[$0.index] }
      }
    }
    return active
  }
}

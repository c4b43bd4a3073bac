/// A graph that breaks one of the rules of the representation.
public struct GraphError: Error, Equatable, CustomStringConvertible {
  /// Position of the offending node or output.
  public var position: String
  /// The rule that does not hold.
  public var rule: String
  /// One line: where and which rule.
  public var description: String { "\(position): \(rule)" }
}

extension Graph {
  /// Checks every rule of the representation.
  ///
  /// - Throws: `GraphError` naming the first node, parameter or output that breaks a rule: operands
  ///   come earlier, shapes follow from operands, parameters exist with that shape and a name of
  ///   their own, an input name has one shape, outputs exist, and gradients have their parameter's
  ///   shape.
  public func verify() throws(GraphError) {
    var inputShapes: [String: Shape] = [:]
    for (index, node) in nodes.enumerated() {
      let position = "%\(index) \(node.op.name)"
      for operand in node.operands where !(0..<index).contains(operand.index) {
        throw GraphError(position: position, rule: "uses %\(operand.index), which is not earlier")
      }
      do throws(ShapeError) {
        let shape = try node.op.resultShape(of: node.operands.map { self[$0].shape })
        guard shape == node.shape else {
          throw ShapeError(node.op, [node.shape], rule: "its shape should be \(shape)")
        }
      } catch {
        throw GraphError(position: position, rule: error.description)
      }
      if case .parameter(let parameter, let shape) = node.op {
        guard parameters.indices.contains(parameter), parameters[parameter].shape == shape else {
          throw GraphError(position: position, rule: "no parameter \(parameter) of shape \(shape)")
        }
      }
      if case .input(let name, let shape) = node.op {
        guard inputShapes.updateValue(shape, forKey: name) ?? shape == shape else {
          throw GraphError(position: position, rule: "the input has two shapes")
        }
      }
    }
    guard Set(parameters.map(\.name)).count == parameters.count else {
      throw GraphError(position: "parameters", rule: "two of them share a name")
    }
    try verifyOutputs()
  }

  private func verifyOutputs() throws(GraphError) {
    for output in outputs {
      let position = "output \(output.role)"
      guard nodes.indices.contains(output.value.index) else {
        throw GraphError(position: position, rule: "%\(output.value.index) does not exist")
      }
      switch output.role {
      case .gradient(let index), .statistic(let index):
        guard parameters.indices.contains(index),
          parameters[index].shape == self[output.value].shape
        else { throw GraphError(position: position, rule: "does not have its parameter's shape") }
      case .result, .metric: break
      }
    }
  }
}

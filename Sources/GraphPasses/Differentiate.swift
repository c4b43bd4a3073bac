public import GraphIR

extension Graph {
  /// This graph with the derivative of a scalar output with respect to parameters.
  ///
  /// A parameter that the output does not depend on gets a gradient of zeros.
  ///
  /// - Parameters:
  ///   - role: the output to differentiate, a scalar.
  ///   - isChanged: for a trained parameter, by index, whether its gradient is wanted.
  /// - Returns: the graph with one `.gradient` output for each, in order.
  /// - Precondition: the output exists and is a scalar.
  public func differentiated(
    of role: Output.Role, over isChanged: (Int) -> Bool = { _ in true }
  ) -> Graph {
    guard let target = output(role) else { preconditionFailure("no output \(role)") }
    var builder = GraphBuilder(continuing: self)
    let changed = parameters.indices.filter { parameters[$0].isTrained && isChanged($0) }
    let used = Dictionary(
      nodes.indices.compactMap { index in
        if case .parameter(let parameter, _) = nodes[index].op {
          (parameter, Value(index))
        } else {
          nil
        }
      }, uniquingKeysWith: { first, _ in first })
    let gradients = builder.gradients(of: target, withRespectTo: changed.compactMap { used[$0] })
    var next = gradients.makeIterator()
    for index in changed {
      let gradient = used[index] == nil ? nil : next.next()
      builder.output(.gradient(index), gradient ?? builder.constant(0, parameters[index].shape))
    }
    return builder.graph
  }
}

extension Op {
  /// The operation's name with its settings, as the printer writes it.
  public var name: String {
    switch self {
    case .input(let name, _): "input(\(name))"
    case .parameter(let index, _): "parameter(\(index))"
    case .constant(let value, _): "constant(\(value))"
    case .random(let distribution, let stream, .examples, _):
      "random(\(distribution), stream: \(stream))"
    case .random(let distribution, let stream, .numbered(let first), _):
      "random(\(distribution), stream: \(stream), rows from \(first))"
    case .unary(let function): "\(function)"
    case .binary(let function): "\(function)"
    case .sum(let axes): "sum(axes: \(axes))"
    case .logSumExp(let axis): "logSumExp(axis: \(axis))"
    case .broadcast(_, let axes): "broadcast(axes: \(axes))"
    case .reshape: "reshape"
    case .transpose(let order): "transpose(\(order))"
    case .slice(let axis, let start, let count): "slice(axis: \(axis), \(start)..<\(start + count))"
    case .pad(let axis, let before, let after): "pad(axis: \(axis), \(before), \(after))"
    case .concatenate(let axis): "concatenate(axis: \(axis))"
    case .gatherRows: "gatherRows"
    case .scatterRows(let rows): "scatterRows(\(rows))"
    case .matmul(let left, let right): "matmul(\(left ? "T" : "N")\(right ? "T" : "N"))"
    case .convolution(let g): "convolution(\(g.summary))"
    case .convolutionInputGradient(let g, _, _): "convolutionInputGradient(\(g.summary))"
    case .convolutionWeightGradient(let g, _, _): "convolutionWeightGradient(\(g.summary))"
    case .stopGradient: "stopGradient"
    case .allReduce: "allReduce"
    case .allGather(let count): "allGather(\(count))"
    case .reduceScatter(let rows): "reduceScatter(\(rows))"
    }
  }
}

extension ConvolutionGeometry {
  fileprivate var summary: String {
    "stride: \(strideHeight)×\(strideWidth), padding: \(paddingHeight)×\(paddingWidth)"
  }
}

extension Graph: CustomStringConvertible {
  /// One line per node, `%7 [64, 10] = add %3 %6`, then one line per output.
  public var description: String {
    let lines = nodes.enumerated().map { index, node in
      var line = "%\(index) \(node.shape) = \(node.op.name)"
      if case .parameter(let parameter, _) = node.op { line += " \(parameters[parameter].name)" }
      return line + node.operands.map { " %\($0.index)" }.joined()
    }
    return (lines + outputs.map { "\($0.role) ← %\($0.value.index)" }).joined(separator: "\n")
  }
}

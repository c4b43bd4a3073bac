public import GraphIR

/// The meaning of a graph, computed node by node in Double with plain loops: the slow twin against
/// which every fast way of running a graph is tested.
public struct Interpreter: Sendable {
  /// What is run.
  public let graph: Graph

  /// An interpreter of a graph that keeps the rules of `Graph.verify`.
  public init(_ graph: Graph) { self.graph = graph }

  /// Results of the graph's outputs, in their order.
  ///
  /// - Parameters:
  ///   - inputs: the data by name, each of its declared shape; others are ignored.
  ///   - parameters: one per declaration, in order, statistics included.
  ///   - noise: the draw of a random node, from its distribution, stream, rows and shape.
  /// - Precondition: every input and parameter is there and has its declared shape.
  public func run(
    inputs: [String: Tensor], parameters: [Tensor],
    noise: (NoiseDistribution, Int, NoiseRows, Shape) -> Tensor
  ) -> [Tensor] {
    let values = values(inputs: inputs, parameters: parameters, noise: noise)
    return graph.outputs.map { values[$0.value.index] }
  }

  /// Results of all nodes, in their order; the arguments are those of `run`.
  public func values(
    inputs: [String: Tensor], parameters: [Tensor],
    noise: (NoiseDistribution, Int, NoiseRows, Shape) -> Tensor
  ) -> [Tensor] {
    let shard = ShardInputs(interpreter: self, inputs: inputs)
    return Interpreter.values(of: [shard], parameters: parameters) {
      _, distribution, stream, rows, shape in
      noise(distribution, stream, rows, shape)
    }[0]
  }

  /// Results of all nodes of each shard of a minibatch: all go on to their next collective operation, where they
  /// meet.
  ///
  /// - Parameters:
  ///   - shards: the shards in the order of their rows; their graphs have the same collective operations in the
  ///     same order.
  ///   - parameters: one per declaration, in order, statistics included; the same for all.
  ///   - noise: the draw of a random node, from its shard, distribution, stream, rows and shape.
  /// - Precondition: every input and parameter is there and has its declared shape.
  public static func values(
    of shards: [ShardInputs], parameters: [Tensor],
    noise: (_ shard: Int, NoiseDistribution, Int, NoiseRows, Shape) -> Tensor
  ) -> [[Tensor]] {
    for shard in shards { shard.interpreter.require(parameters) }
    var results = shards.map { _ in [Tensor]() }
    while true {
      for (position, shard) in shards.enumerated() {
        let nodes = shard.interpreter.graph.nodes
        while results[position].count < nodes.count,
          case let index = results[position].count, !nodes[index].op.isCollective
        {
          let value = shard.value(index, results[position], parameters) {
            noise(position, $0, $1, $2, $3)
          }
          results[position].append(value)
        }
      }
      // Every shard is at its next meeting, or at its end.
      let waiting = zip(shards, results).compactMap { shard, done in
        shard.interpreter.graph.nodes.dropFirst(done.count).first
      }
      if waiting.isEmpty { break }
      precondition(waiting.count == shards.count, "Interpreter: shards of other meetings")
      let operands = zip(waiting, results).map { $1[$0.operands[0].index] }
      let met = waiting[0].op.meeting(of: operands, shapes: waiting.map(\.shape))
      for (position, result) in met.enumerated() { results[position].append(result) }
    }
    return results
  }

  private func require(_ parameters: [Tensor]) {
    precondition(
      parameters.count == graph.parameters.count,
      "Interpreter: \(parameters.count) parameters for \(graph.parameters.count) declarations")
    for (declaration, given) in zip(graph.parameters, parameters) {
      require(given, declaration.shape, "parameter \(declaration.name)")
    }
  }

  fileprivate func require(_ given: Tensor, _ shape: Shape, _ object: @autoclosure () -> String) {
    precondition(
      given.shape == shape, "Interpreter: \(object()) is \(given.shape), expected \(shape)")
  }
}

/// One shard's part of a minibatch: the graph of its rows, and their data by name.
public struct ShardInputs: Sendable {
  /// Of the graph of the shard's rows.
  public var interpreter: Interpreter
  /// The data by name, each of its declared shape; others are ignored.
  public var inputs: [String: Tensor]

  /// A shard's part.
  public init(interpreter: Interpreter, inputs: [String: Tensor]) {
    (self.interpreter, self.inputs) = (interpreter, inputs)
  }

  /// The result of a node that is not collective, from those before it.
  fileprivate func value(
    _ index: Int, _ results: [Tensor], _ parameters: [Tensor],
    _ noise: (NoiseDistribution, Int, NoiseRows, Shape) -> Tensor
  ) -> Tensor {
    let node = interpreter.graph.nodes[index]
    let result: Tensor
    switch node.op {
    case .input(let name, _):
      guard let given = inputs[name] else {
        preconditionFailure("Interpreter: no input \(name), expected one of \(node.shape)")
      }
      result = given
    case .parameter(let position, _): result = parameters[position]
    case .random(let distribution, let stream, let rows, let shape):
      result = noise(distribution, stream, rows, shape)
    case .constant, .unary, .binary, .sum, .logSumExp, .broadcast, .reshape, .transpose, .slice,
      .pad, .concatenate, .gatherRows, .scatterRows, .matmul, .convolution,
      .convolutionInputGradient, .convolutionWeightGradient, .stopGradient, .allReduce, .allGather,
      .reduceScatter:
      result = node.op.evaluate(node.operands.map { results[$0.index] }, shape: node.shape)
    }
    interpreter.require(result, node.shape, "%\(index) \(node.op.name)")
    return result
  }
}

extension Op {
  /// The results of a collective operation, one per shard.
  ///
  /// - Parameters:
  ///   - operands: one per shard.
  ///   - shapes: of the results.
  fileprivate func meeting(of operands: [Tensor], shapes: [Shape]) -> [Tensor] {
    if case .allGather = self {
      let all = Tensor.concatenated(operands, axis: 0, to: shapes[0])
      return operands.map { _ in all }
    }
    var total = operands[0]
    for operand in operands.dropFirst() {
      for index in total.values.indices { total[index] += operand[index] }
    }
    var start = 0
    return shapes.map { shape in
      guard case .reduceScatter = self else { return total }
      defer { start += shape[0] }
      return total.sliced(axis: 0, start: start, to: shape)
    }
  }

  /// The result of an operation that its operands determine.
  ///
  /// - Parameters:
  ///   - x: the operands.
  ///   - shape: the result's shape.
  func evaluate(_ x: [Tensor], shape: Shape) -> Tensor {
    switch self {
    case .input, .parameter, .random, .allReduce, .allGather, .reduceScatter:
      preconditionFailure("\(name) is given from outside")
    case .constant(let value, _): Tensor(repeating: value, shape: shape)
    case .unary(let function): x[0].map(function.value)
    case .binary(let function):
      Tensor(shape: shape, values: zip(x[0].values, x[1].values).map(function.value))
    case .sum(let axes): x[0].summed(axes: axes)
    case .logSumExp(let axis): x[0].logSumExp(axis: axis)
    case .broadcast(_, let axes): x[0].broadcast(to: shape, axes: axes)
    case .reshape: Tensor(shape: shape, values: x[0].values)
    case .transpose(let order): x[0].transposed(order)
    case .slice(let axis, let start, _): x[0].sliced(axis: axis, start: start, to: shape)
    case .pad(let axis, let before, _):
      Tensor(repeating: 0, shape: shape).replacing(axis: axis, start: before, by: x[0])
    case .concatenate(let axis): Tensor.concatenated(x, axis: axis, to: shape)
    case .gatherRows: x[0].gatheredRows(x[1])
    case .scatterRows: x[0].scatteredRows(x[1], to: shape)
    case .matmul(let left, let right): x[0].matmul(x[1], left, right)
    case .convolution(let geometry): x[0].convolved(x[1], geometry, to: shape)
    case .convolutionInputGradient(let geometry, _, _):
      x[0].convolutionInputGradient(x[1], geometry, to: shape)
    case .convolutionWeightGradient(let geometry, _, _):
      x[0].convolutionWeightGradient(x[1], geometry, to: shape)
    case .stopGradient: x[0]
    }
  }
}

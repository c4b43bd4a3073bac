internal import GraphIR
internal import GraphReference

extension Graph {
  /// This graph with every choice made as it is made at one point: on which side of its kink each
  /// ReLU is, which operand each maximum takes. What stops gradients becomes a constant.
  ///
  /// The result has the value and the derivatives that this graph has at the point, and is smooth
  /// around it. So differences over a step tell its derivative, which they would not where some of a
  /// million ReLUs turn within the step.
  ///
  /// - Parameters:
  ///   - values: results of all nodes at the point.
  ///   - nearness: ReLUs whose argument is nearer to 0, as a share of its array's root mean square,
  ///     are put on the other side.
  /// - Returns: the graph, and the values of the inputs that it has more.
  func withFrozenBranches(
    at values: [Tensor], turningWithin nearness: Double = 0
  ) -> (graph: Graph, inputs: [String: Tensor]) {
    var frozen = FrozenBranches(graph: self, values: values, nearness: nearness)
    return frozen.make()
  }
}

private struct FrozenBranches {
  let graph: Graph
  let values: [Tensor]
  let nearness: Double
  var nodes: [Node] = []
  var inputs: [String: Tensor] = [:]

  mutating func make() -> (Graph, [String: Tensor]) {
    // Where each node's result has gone.
    var places: [Value] = []
    for (index, node) in graph.nodes.enumerated() {
      let operands = node.operands.map { places[$0.index] }
      let x = node.operands.map { values[$0.index] }
      switch node.op {
      case .unary(.relu):
        places.append(scaled(operands[0], sides(x[0], below: 0), like: node))
      case .unary(.leakyReLU(let slope)):
        places.append(scaled(operands[0], sides(x[0], below: slope), like: node))
      case .unary(.heaviside), .unary(.floor), .stopGradient:
        places.append(input(values[index], like: node))
      case .binary(.maximum):
        places.append(chosen(operands, where: zip(x[0].values, x[1].values).map(>), like: node))
      case .binary(.minimum):
        places.append(chosen(operands, where: zip(x[0].values, x[1].values).map(<), like: node))
      case .input, .parameter, .constant, .random, .unary, .binary, .sum, .logSumExp, .broadcast,
        .reshape, .transpose, .slice, .pad, .concatenate, .gatherRows, .scatterRows, .matmul,
        .convolution, .convolutionInputGradient, .convolutionWeightGradient, .allReduce,
        .allGather, .reduceScatter:
        places.append(add(node.op, operands, like: node))
      }
    }
    var result = graph
    result.nodes = nodes
    for index in result.outputs.indices {
      result.outputs[index].value = places[result.outputs[index].value.index]
    }
    return (result, inputs)
  }

  /// The slope on each element's side of the kink.
  private func sides(_ x: Tensor, below slope: Double) -> Tensor {
    let size = (x.squaredLength / Double(x.shape.count)).squareRoot()
    return x.map { ($0 > 0) != (abs($0) < nearness * size) ? 1 : slope }
  }

  private mutating func add(_ op: Op, _ operands: [Value], like node: Node) -> Value {
    var node = node
    (node.op, node.operands) = (op, operands)
    nodes.append(node)
    return Value(nodes.count - 1)
  }

  private mutating func input(_ tensor: Tensor, like node: Node) -> Value {
    let name = "frozen\(inputs.count)"
    inputs[name] = tensor
    return add(.input(name, tensor.shape), [], like: node)
  }

  private mutating func scaled(_ x: Value, _ factor: Tensor, like node: Node) -> Value {
    let factor = input(factor, like: node)
    return add(.binary(.multiply), [x, factor], like: node)
  }

  /// The left operand where it is taken, else the right one.
  private mutating func chosen(_ x: [Value], where isLeft: [Bool], like node: Node) -> Value {
    let mask = Tensor(shape: node.shape, values: isLeft.map { $0 ? 1 : 0 })
    let left = scaled(x[0], mask, like: node)
    let right = scaled(x[1], mask.map { 1 - $0 }, like: node)
    return add(.binary(.add), [left, right], like: node)
  }
}

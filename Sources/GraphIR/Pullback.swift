extension Op {
  /// Emits the operands' cotangents, given the result's cotangent.
  ///
  /// - Parameters:
  ///   - yBar: the result's cotangent, of the result's shape.
  ///   - y: the result itself.
  ///   - x: the operands.
  ///   - wanted: for each operand whether its cotangent is needed; others are nil in the result.
  ///   - g: receives the new nodes.
  /// - Returns: one cotangent per operand; nil where none is wanted or none passes.
  public func pullback(
    _ yBar: Value, result y: Value, at x: [Value], wanted: [Bool], in g: inout GraphBuilder
  ) -> [Value?] {
    switch self {
    case .input, .parameter, .constant, .random: []
    case .stopGradient: [nil]
    case .unary(let function): [function.pullback(yBar, result: y, at: x[0], in: &g)]
    case .binary(let function): function.pullback(yBar, at: x, wanted: wanted, in: &g)
    case .sum(let axes):
      [g.broadcast(yBar, to: g.shape(x[0]), axes: kept(axes, of: g.shape(x[0])))]
    case .logSumExp(let axis):
      [logSumExpPullback(yBar, y, x[0], axis, &g)]
    case .broadcast(let shape, let axes):
      [g.sum(yBar, axes: kept(axes, of: shape))]
    case .reshape: [g.reshape(yBar, g.shape(x[0]))]
    case .transpose(let order):
      [g.transpose(yBar, order.indices.map { order.firstIndex(of: $0)! })]
    case .slice(let axis, let start, let count):
      [
        g.apply(
          .pad(axis: axis, before: start, after: g.shape(x[0])[axis] - start - count), yBar)
      ]
    case .pad(let axis, let before, _):
      [g.slice(yBar, axis: axis, start: before, count: g.shape(x[0])[axis])]
    case .concatenate(let axis): concatenatePullback(yBar, x, axis, &g)
    case .gatherRows:
      [wanted[0] ? g.apply(.scatterRows(rows: g.shape(x[0])[0]), yBar, x[1]) : nil, nil]
    case .scatterRows: [wanted[0] ? g.gatherRows(yBar, x[1]) : nil, nil]
    // Every shard's part of the objective depends on every shard's operand.
    case .allReduce: [g.allReduce(yBar)]
    case .allGather: [g.apply(.reduceScatter(rows: g.shape(x[0])[0]), yBar)]
    case .reduceScatter: [g.allGather(yBar, count: g.shape(x[0])[0])]
    case .matmul(let left, let right): matmulPullback(yBar, x, left, right, wanted, &g)
    case .convolution, .convolutionInputGradient, .convolutionWeightGradient:
      convolutionPullback(yBar, x, wanted, &g)
    }
  }

  private func kept(_ axes: [Int], of shape: Shape) -> [Int] {
    shape.extents.indices.filter { !axes.contains($0) }
  }

  private func logSumExpPullback(
    _ yBar: Value, _ y: Value, _ x: Value, _ axis: Int, _ g: inout GraphBuilder
  ) -> Value {
    let shape = g.shape(x)
    let axes = kept([axis], of: shape)
    let softmax = g.exp(g.subtract(x, g.broadcast(y, to: shape, axes: axes)))
    return g.multiply(g.broadcast(yBar, to: shape, axes: axes), softmax)
  }

  private func concatenatePullback(
    _ yBar: Value, _ x: [Value], _ axis: Int, _ g: inout GraphBuilder
  ) -> [Value?] {
    var start = 0
    return x.map { operand in
      let count = g.shape(operand)[axis]
      defer { start += count }
      return g.slice(yBar, axis: axis, start: start, count: count)
    }
  }

  private func matmulPullback(
    _ yBar: Value, _ x: [Value], _ left: Bool, _ right: Bool, _ wanted: [Bool],
    _ g: inout GraphBuilder
  ) -> [Value?] {
    let (a, b) = (x[0], x[1])
    let aBar: Value? =
      !wanted[0]
      ? nil
      : left
        ? g.matmul(b, yBar, transposeLeft: right, transposeRight: true)
        : g.matmul(yBar, b, transposeRight: !right)
    let bBar: Value? =
      !wanted[1]
      ? nil
      : right
        ? g.matmul(yBar, a, transposeLeft: true, transposeRight: left)
        : g.matmul(a, yBar, transposeLeft: !left)
    return [aBar, bBar]
  }

  private func convolutionPullback(
    _ yBar: Value, _ x: [Value], _ wanted: [Bool], _ g: inout GraphBuilder
  ) -> [Value?] {
    let (a, b) = (x[0], x[1])
    func inputGradient(_ geometry: ConvolutionGeometry, _ y: Value, _ w: Value, like: Value)
      -> Value
    {
      let shape = g.shape(like)
      return g.apply(
        .convolutionInputGradient(geometry, height: shape[1], width: shape[2]), y, w)
    }
    func weightGradient(_ geometry: ConvolutionGeometry, _ x: Value, _ y: Value, like: Value)
      -> Value
    {
      let shape = g.shape(like)
      return g.apply(
        .convolutionWeightGradient(geometry, kernelHeight: shape[2], kernelWidth: shape[3]), x, y)
    }
    switch self {
    case .convolution(let geometry):
      return [
        wanted[0] ? inputGradient(geometry, yBar, b, like: a) : nil,
        wanted[1] ? weightGradient(geometry, a, yBar, like: b) : nil,
      ]
    case .convolutionInputGradient(let geometry, _, _):
      return [
        wanted[0] ? g.convolution(yBar, weight: b, geometry) : nil,
        wanted[1] ? weightGradient(geometry, yBar, a, like: b) : nil,
      ]
    case .convolutionWeightGradient(let geometry, _, _):
      return [
        wanted[0] ? inputGradient(geometry, b, yBar, like: a) : nil,
        wanted[1] ? g.convolution(a, weight: yBar, geometry) : nil,
      ]
    default: preconditionFailure("convolutionPullback called for \(name)")
    }
  }
}

internal import GraphIR

/// Reductions and rearrangements.
extension Translation {
  /// The sum over axes; along a repeated axis it is a product.
  mutating func sum(_ x: View, _ axes: [Int], _ node: Node) throws(ExportError) -> View {
    try requireWithin(x, axes, node)
    var tensor = x.tensor
    let positions = x.axes.indices.filter { axes.contains(x.axes[$0]) }
    if !positions.isEmpty {
      tensor = emit("ReduceSum", [tensor, integers(positions)], [.int("keepdims", 0)])
    }
    let repetitions = axes.filter { !x.axes.contains($0) }.reduce(1) { $0 * x.shape[$1] }
    if repetitions != 1 { tensor = emit("Mul", [tensor, number(Double(repetitions))]) }
    return x.removing(axes, tensor: tensor)
  }

  /// log Σ exp over an axis; along a repeated axis it adds the logarithm of the extent.
  mutating func logSumExp(_ x: View, _ axis: Int, _ node: Node) throws(ExportError) -> View {
    try requireWithin(x, [axis], node)
    let tensor =
      if let position = x.axes.firstIndex(of: axis) {
        emit(
          "ReduceLogSumExp", [x.tensor], [.ints("axes", [position]), .int("keepdims", 0)])
      } else {
        emit("Add", [x.tensor, emit("Log", [number(Double(x.shape[axis]))])])
      }
    return x.removing([axis], tensor: tensor)
  }

  /// The same elements under another shape. Where only axes of extent 1 come or go, the axes are
  /// renamed and no node is written.
  mutating func reshape(_ x: View, _ node: Node) throws(ExportError) -> View {
    let batch = try batchAxis(of: x, in: node)
    var result = View(tensor: x.tensor, axes: [], shape: node.shape, batch: batch)
    let from = x.shape.extents.indices.filter(x.isSignificant)
    let to = node.shape.extents.indices.filter(result.isSignificant)
    let matches =
      from.map { x.shape[$0] } == to.map { node.shape[$0] }
      && x.batch.map { from.firstIndex(of: $0) } == batch.map { to.firstIndex(of: $0) }
    if matches && x.axes.allSatisfy(x.isSignificant) {
      result.axes = x.axes.map { to[from.firstIndex(of: $0)!] }
      return result
    }
    let rows = x.axes.filter(x.isSignificant)
    let source = rows == from ? x.tensor : full(x, order: Array(x.shape.extents.indices))
    result.axes = Array(node.shape.extents.indices)
    let extents = integers(result.extents(along: result.axes))
    result.tensor = emit("Reshape", [source, extents])
    return result
  }

  /// Where the batch goes: the first axis with as many elements before it as the batch has.
  private func batchAxis(of x: View, in node: Node) throws(ExportError) -> Int? {
    guard let batch = x.batch else { return nil }
    let before = x.shape.extents.prefix(batch).reduce(1, *)
    let extents = node.shape.extents
    guard let axis = extents.indices.first(where: { extents.prefix($0).reduce(1, *) == before })
    else { throw mixesExamples(node) }
    return axis
  }

  /// Some elements along one axis.
  mutating func slice(
    _ x: View, axis: Int, _ range: Range<Int>, _ node: Node
  ) throws(ExportError) -> View {
    try requireWithin(x, [axis], node)
    var result = x
    result.shape = node.shape
    if let position = x.axes.firstIndex(of: axis) {
      let bounds = [[range.lowerBound], [range.upperBound], [position]]
      result.tensor = emit("Slice", [x.tensor] + bounds.map { integers($0) })
    }
    return result
  }

  /// Zeros before and after along one axis.
  mutating func pad(
    _ x: View, axis: Int, _ before: Int, _ after: Int, _ node: Node
  ) throws(ExportError) -> View {
    try requireWithin(x, [axis], node)
    var result = x
    result.shape = node.shape
    if !x.axes.contains(axis) { result.axes.append(axis) }
    let tensor = full(x, order: result.axes)
    let pads = result.axes.map { $0 == axis ? before : 0 }
    let ends = result.axes.map { $0 == axis ? after : 0 }
    result.tensor = emit("Pad", [tensor, integers(pads + ends)])
    return result
  }

  /// Operands one after another; those that are the same for every example are repeated.
  mutating func concatenate(
    _ x: [View], axis: Int, _ node: Node
  ) throws(ExportError) -> View {
    for operand in x { try requireWithin(operand, [axis], node) }
    let batch = try commonBatch(x, node)
    if batch == axis { throw mixesExamples(node) }
    let order = x.first { $0.axes.count == node.shape.rank }?.axes
    var result = View(
      tensor: "", axes: order ?? Array(node.shape.extents.indices), shape: node.shape, batch: batch)
    var operands: [String] = []
    for operand in x {
      operands.append(
        batch.map { full(operand, order: result.axes, repeatedAlong: $0) }
          ?? full(operand, order: result.axes))
    }
    result.tensor = emit("Concat", operands, [.int("axis", result.axes.firstIndex(of: axis)!)])
    return result
  }

  /// In each column the elements in the rows that an index names; the rows are the same for every example, which may
  /// have an index of its own.
  mutating func gatherRows(
    _ x: View, _ index: View, _ node: Node
  ) throws(ExportError) -> View {
    guard x.batch == nil, index.batch ?? 0 == 0 else { throw mixesExamples(node) }
    let order = Array(node.shape.extents.indices)
    let rows = emit(
      "Cast", [full(index, order: order)],
      [.int("to", ONNXTensorProto.DataType.int64.rawValue)])
    let tensor = emit("GatherElements", [full(x, order: order), rows], [.int("axis", 0)])
    return View(tensor: tensor, axes: order, shape: node.shape, batch: index.batch)
  }

  private func requireWithin(
    _ x: View, _ axes: [Int], _ node: Node
  ) throws(ExportError) {
    if let batch = x.batch, axes.contains(batch) { throw mixesExamples(node) }
  }
}

internal import GraphIR

/// Matrix products and convolutions, each with a bias if there is one.
extension Translation {
  /// The product with `bias`, a value of one axis, added along the last axis of its result.
  mutating func product(_ node: Node, bias: View?) throws(ExportError) -> View {
    let (x, weight) = (self[node.operands[0]], self[node.operands[1]])
    let addend = bias.map { [full($0, order: [0])] } ?? []
    switch node.op {
    case .matmul(let left, let right):
      return try matmul(
        Factor(x, isTransposed: left), Factor(weight, isTransposed: right), addend, node)
    case .convolution(let geometry):
      return try convolution("Conv", x, weight, addend, geometry.attributes(weight), node)
    case .convolutionInputGradient(let geometry, let height, let width):
      let extra = geometry.outputPadding(x.shape, weight.shape, height, width)
      return try convolution(
        "ConvTranspose", x, weight, addend,
        geometry.attributes(weight) + [.ints("output_padding", extra)], node)
    default: preconditionFailure("product called for \(node.op.name)")
    }
  }

  private struct Factor {
    var view: View
    var isTransposed: Bool

    init(_ view: View, isTransposed: Bool) { (self.view, self.isTransposed) = (view, isTransposed) }

    /// Whether the batch lies along the matrix's rows (0) or columns (1), once transposed.
    var batch: Int? { view.batch.map { isTransposed ? 1 - $0 : $0 } }
  }

  private mutating func matmul(
    _ a: Factor, _ b: Factor, _ addend: [String], _ node: Node
  ) throws(ExportError) -> View {
    if a.batch == 1 || b.batch == 0 || (a.batch != nil && b.batch != nil) {
      throw mixesExamples(node)
    }
    let (left, right) = (matrix(a), matrix(b))
    var attributes: [ONNXAttributeProto] = []
    if left.isTransposed { attributes.append(.int("transA", 1)) }
    if right.isTransposed { attributes.append(.int("transB", 1)) }
    let tensor = emit("Gemm", [left.tensor, right.tensor] + addend, attributes)
    return View(tensor: tensor, axes: [0, 1], shape: node.shape, batch: a.batch ?? b.batch)
  }

  private mutating func matrix(_ factor: Factor) -> (tensor: String, isTransposed: Bool) {
    if factor.view.axes == [1, 0] { return (factor.view.tensor, !factor.isTransposed) }
    return (full(factor.view, order: [0, 1]), factor.isTransposed)
  }

  private mutating func convolution(
    _ operation: String, _ x: View, _ weight: View, _ addend: [String],
    _ attributes: [ONNXAttributeProto], _ node: Node
  ) throws(ExportError) -> View {
    guard weight.batch == nil, x.batch ?? 0 == 0 else { throw mixesExamples(node) }
    let operands =
      [full(x, order: View.channelsFirst), full(weight, order: [0, 1, 2, 3])] + addend
    return View(
      tensor: emit(operation, operands, attributes), axes: View.channelsFirst, shape: node.shape,
      batch: x.batch)
  }
}

extension ConvolutionGeometry {
  fileprivate func attributes(_ weight: View) -> [ONNXAttributeProto] {
    [
      .ints("kernel_shape", [weight.shape[2], weight.shape[3]]),
      .ints("strides", [strideHeight, strideWidth]),
      .ints("pads", [paddingHeight, paddingWidth, paddingHeight, paddingWidth]),
    ]
  }

  /// Rows and columns that a transposed convolution adds at the end to reach `height` × `width`.
  fileprivate func outputPadding(
    _ x: Shape, _ weight: Shape, _ height: Int, _ width: Int
  ) -> [Int] {
    [
      height - ((x[1] - 1) * strideHeight - 2 * paddingHeight + weight[2]),
      width - ((x[2] - 1) * strideWidth - 2 * paddingWidth + weight[3]),
    ]
  }
}

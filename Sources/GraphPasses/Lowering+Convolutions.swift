import GraphIR

/// Convolutions: a kernel of the library's, a matmul with patches, or columns, by what was measured to
/// be fastest (`Documentation/convolutions.md`).
extension Lowering {
  mutating func convolution(_ index: Int) -> LoopValue {
    let node = graph.nodes[index]
    let (a, b) = (dense(node.operands[0]), dense(node.operands[1]))
    let (aShape, bShape) = (graph[node.operands[0]].shape, graph[node.operands[1]].shape)
    switch node.op {
    case .convolution(let geometry):
      let shape = ConvolutionShape(x: aShape, w: bShape, y: node.shape, geometry)
      if let mirrored = shape.mirrored {
        let weight = copied(b.mirrored, mirrored.weightShape)
        return kernel(.columns(mirrored, y: a, w: weight), node.shape)
      }
      guard shape.suitsPatches else { return withEpilogue(index, .convolution(shape), a, b) }
      return withEpilogue(index, shape.forwardMatmul, patches(shape, a), b)
    case .convolutionInputGradient(let geometry, _, _):
      let shape = ConvolutionShape(x: node.shape, w: bShape, y: aShape, geometry)
      if shape.hasFewInputs { return kernel(.columns(shape, y: a, w: b), node.shape) }
      guard shape.suitsPatches else { return plain(.convolutionInputGradient(shape), a, b, node) }
      let product = Kernel.product(shape.inputGradientMatmul, a: a, b: b, Epilogue())
      let patches = kernelView(product, [shape.pixelCount, shape.patchCount])
      return kernel(.overlap(shape, patches: patches), node.shape)
    case .convolutionWeightGradient(let geometry, _, _):
      let shape = ConvolutionShape(x: aShape, w: node.shape, y: bShape, geometry)
      if let mirrored = shape.mirrored {
        let product = Kernel.product(.convolutionWeightGradient(mirrored), a: b, b: a, Epilogue())
        return .view(kernelView(product, mirrored.weightShape).mirrored)
      }
      guard shape.suitsPatches else { return plain(.convolutionWeightGradient(shape), a, b, node) }
      let patches = patches(shape, a)
      return kernel(
        .product(shape.weightGradientMatmul, a: b, b: patches, Epilogue()), node.shape)
    default: preconditionFailure("\(node.op.name) is not a product")
    }
  }

  private mutating func plain(
    _ product: Product, _ a: ArrayView, _ b: ArrayView, _ node: Node
  ) -> LoopValue {
    kernel(.product(product, a: a, b: b, Epilogue()), node.shape)
  }

  /// The patches of x, made once for all products that read them.
  private mutating func patches(_ shape: ConvolutionShape, _ x: ArrayView) -> ArrayView {
    let kernel = Kernel.patches(shape, x: x)
    if let made = patches[kernel] { return made }
    let view = kernelView(kernel, [shape.pixelCount, shape.patchCount])
    patches[kernel] = view
    return view
  }
}

extension ConvolutionShape {
  /// Convolutions from or to at most this many channels leave most of a vector unused: the library's
  /// own kernels reach 5 to 15 % of the processor's peak there.
  private static let fewChannels = 4

  /// Whether x has so few channels that its gradient is computed as columns.
  fileprivate var hasFewInputs: Bool { inChannels <= ConvolutionShape.fewChannels }

  /// Few pixels and a long sum: the library spends its time on the weights then.
  fileprivate var suitsPatches: Bool { pixelCount <= 512 && patchCount >= 1024 }

  /// Output pixels of all examples: rows of y and of the patches.
  var pixelCount: Int { count * outHeight * outWidth }

  /// Elements of x that an output pixel sees, in the order of the weights: channel, row, column.
  var patchCount: Int { inChannels * kernelHeight * kernelWidth }

  fileprivate var weightShape: Shape { [outChannels, inChannels, kernelHeight, kernelWidth] }

  /// patches · wᵀ
  fileprivate var forwardMatmul: Product {
    .matmul(
      rows: pixelCount, columns: outChannels, inner: patchCount, transposeLeft: false,
      transposeRight: true)
  }

  /// y · w, which are the patches' gradients
  fileprivate var inputGradientMatmul: Product {
    .matmul(
      rows: pixelCount, columns: patchCount, inner: outChannels, transposeLeft: false,
      transposeRight: false)
  }

  /// yᵀ · patches
  fileprivate var weightGradientMatmul: Product {
    .matmul(
      rows: outChannels, columns: patchCount, inner: pixelCount, transposeLeft: true,
      transposeRight: false)
  }

  /// The convolution in the other direction, from y to x, where it steps by one pixel and y has few
  /// channels: with mirrored weights its input gradient is y, and its weight gradient is mirrored.
  fileprivate var mirrored: ConvolutionShape? {
    let few = ConvolutionShape.fewChannels
    guard outChannels <= few, inChannels > few, geometry.strideHeight == 1,
      geometry.strideWidth == 1, geometry.paddingHeight < kernelHeight,
      geometry.paddingWidth < kernelWidth
    else { return nil }
    var other = self
    (other.height, other.outHeight) = (outHeight, height)
    (other.width, other.outWidth) = (outWidth, width)
    (other.inChannels, other.outChannels) = (outChannels, inChannels)
    other.geometry.paddingHeight = kernelHeight - 1 - geometry.paddingHeight
    other.geometry.paddingWidth = kernelWidth - 1 - geometry.paddingWidth
    return other
  }
}

extension ArrayView {
  /// Weights with their channels exchanged and their pixels from last to first.
  fileprivate var mirrored: ArrayView {
    var view = transposed([1, 0, 2, 3])
    for axis in 2...3 {
      view.offset += (extents[axis] - 1) * strides[axis]
      view.strides[axis] = -strides[axis]
    }
    return view
  }
}

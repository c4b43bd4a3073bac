import GraphIR
import KernelCalls

/// Convolutions: a kernel of the library's, or a matmul with im2col or col2im, by what was measured to be
/// fastest (`Documentation/convolutions.md`).
extension Lowering {
  mutating func convolution(_ index: Int) -> ArrayView {
    let node = graph.nodes[index]
    let (a, b) = (dense(node.operands[0]), dense(node.operands[1]))
    let (aShape, bShape) = (graph[node.operands[0]].shape, graph[node.operands[1]].shape)
    switch node.op {
    case .convolution(let geometry):
      let shape = Convolution(x: aShape, w: bShape, y: node.shape, geometry)
      if let mirrored = shape.mirrored {
        let weight = copied(b.mirrored, mirrored.weightShape)
        return call(.matmulCol2im(mirrored), [a, weight], shape: node.shape)
      }
      guard shape.suitsIm2col else {
        return withEpilogue(index, .convolution(.forward, shape), [a, b])
      }
      return withEpilogue(index, shape.forwardMatmul, [im2col(shape, a), b])
    case .convolutionInputGradient(let geometry, _, _):
      let shape = Convolution(x: node.shape, w: bShape, y: aShape, geometry)
      if shape.hasFewInputs { return call(.matmulCol2im(shape), [a, b], shape: node.shape) }
      guard shape.suitsIm2col else {
        return call(.convolution(.inputGradient, shape), [a, b], shape: node.shape)
      }
      let rows = call(shape.inputGradientMatmul, [a, b], shape: shape.im2colShape)
      return call(.col2im(shape), [rows], shape: node.shape)
    case .convolutionWeightGradient(let geometry, _, _):
      let shape = Convolution(x: aShape, w: node.shape, y: bShape, geometry)
      if let mirrored = shape.mirrored {
        let kernel = Kernel.convolution(.weightGradient, mirrored)
        return call(kernel, [b, a], shape: mirrored.weightShape).mirrored
      }
      guard shape.suitsIm2col else {
        return call(.convolution(.weightGradient, shape), [a, b], shape: node.shape)
      }
      return call(shape.weightGradientMatmul, [b, im2col(shape, a)], shape: node.shape)
    default: preconditionFailure("\(node.op.name) is not a product")
    }
  }

  /// im2col of x, made once for all products that read it.
  private mutating func im2col(_ shape: Convolution, _ x: ArrayView) -> ArrayView {
    if let made = im2cols[shape]?[x] { return made }
    let view = call(.im2col(shape), [x], shape: shape.im2colShape)
    im2cols[shape, default: [:]][x] = view
    return view
  }
}

extension Convolution {
  /// Convolutions from or to at most this many channels leave most of a vector unused: the library's
  /// own kernels reach 5 to 15 % of the processor's peak there.
  private static let fewChannels = 4

  /// Whether x has so few channels that its gradient is a matmul and its col2im.
  fileprivate var hasFewInputs: Bool { inChannels <= Convolution.fewChannels }

  /// Few pixels and a long sum: the library spends its time on the weights then.
  fileprivate var suitsIm2col: Bool { pixelCount <= 512 && windowSize >= 1024 }

  fileprivate var weightShape: Shape { [outChannels, inChannels, kernelHeight, kernelWidth] }

  fileprivate var im2colShape: Shape { [pixelCount, windowSize] }

  /// im2col(x) · wᵀ
  fileprivate var forwardMatmul: Kernel {
    .matmul(
      Matmul(
        rows: pixelCount, columns: outChannels, inner: windowSize, transposeLeft: false,
        transposeRight: true))
  }

  /// y · w, whose col2im is x's gradient
  fileprivate var inputGradientMatmul: Kernel {
    .matmul(
      Matmul(
        rows: pixelCount, columns: windowSize, inner: outChannels, transposeLeft: false,
        transposeRight: false))
  }

  /// yᵀ · im2col(x)
  fileprivate var weightGradientMatmul: Kernel {
    .matmul(
      Matmul(
        rows: outChannels, columns: windowSize, inner: pixelCount, transposeLeft: true,
        transposeRight: false))
  }

  /// The convolution in the other direction, from y to x, where it steps by one pixel and y has few
  /// channels: with mirrored weights its input gradient is y, and its weight gradient is mirrored.
  fileprivate var mirrored: Convolution? {
    let few = Convolution.fewChannels
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

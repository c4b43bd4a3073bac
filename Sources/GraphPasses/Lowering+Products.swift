import GraphIR

/// Products, with the bias and the activation that follow them.
extension Lowering {
  /// Transposed convolutions to at most this many channels run as a matmul and an overlapped sum:
  /// the library's own kernels reach 5 to 15 % of the processor's peak there.
  private static let fewChannels = 4

  mutating func product(_ index: Int) -> LoopValue {
    let node = graph.nodes[index]
    let (a, b) = (dense(node.operands[0]), dense(node.operands[1]))
    let (aShape, bShape) = (graph[node.operands[0]].shape, graph[node.operands[1]].shape)
    switch node.op {
    case .matmul(let left, let right):
      let product = Product.matmul(
        rows: node.shape[0], columns: node.shape[1], inner: aShape[left ? 0 : 1],
        transposeLeft: left, transposeRight: right)
      return withEpilogue(index, product, a, b)
    case .convolution(let geometry):
      let shape = ConvolutionShape(x: aShape, w: bShape, y: node.shape, geometry)
      return withEpilogue(index, .convolution(shape), a, b)
    case .convolutionInputGradient(let geometry, _, _):
      let shape = ConvolutionShape(x: node.shape, w: bShape, y: aShape, geometry)
      if shape.inChannels <= Lowering.fewChannels {
        return kernel(.columns(shape, y: a, w: b), node.shape)
      }
      return kernel(.product(.convolutionInputGradient(shape), a: a, b: b, Epilogue()), node.shape)
    case .convolutionWeightGradient(let geometry, _, _):
      let shape = ConvolutionShape(x: aShape, w: node.shape, y: bShape, geometry)
      return kernel(.product(.convolutionWeightGradient(shape), a: a, b: b, Epilogue()), node.shape)
    default: preconditionFailure("\(node.op.name) is not a product")
    }
  }

  private mutating func withEpilogue(
    _ index: Int, _ product: Product, _ a: ArrayView, _ b: ArrayView
  ) -> LoopValue {
    var epilogue = Epilogue()
    var last = index
    if let (sum, bias) = biasAdded(to: last) { (last, epilogue.bias) = (sum, bias) }
    if let (activation, slope) = activationOf(last) { (last, epilogue.slope) = (activation, slope) }
    let shape = graph.nodes[index].shape
    let value = kernel(.product(product, a: a, b: b, epilogue), shape)
    if last != index { absorbed[last] = roots.count - 1 }
    // The node between product and activation is computed with them and read by nobody else.
    if let (sum, _) = biasAdded(to: index), sum != last { absorbed[sum] = roots.count - 1 }
    return value
  }

  /// The only reader of a value, where there is one and it is no output.
  private func soleReader(of index: Int) -> Int? {
    guard uses[index] == 1 else { return nil }
    return graph.nodes.indices[(index + 1)...].first {
      graph.nodes[$0].operands.contains(Value(index))
    }
  }

  /// The addition of a parameter along the last axis that follows, and that parameter.
  private func biasAdded(to index: Int) -> (node: Int, bias: ArrayView)? {
    guard let reader = soleReader(of: index), case .binary(.add) = graph.nodes[reader].op else {
      return nil
    }
    let operands = graph.nodes[reader].operands
    let other = operands[0] == Value(index) ? operands[1] : operands[0]
    let shape = graph.nodes[index].shape
    guard case .broadcast(_, axes: [shape.rank - 1]) = graph[other].op,
      case .parameter = graph[graph[other].operands[0]].op,
      case .view(let bias)? = found[graph[other].operands[0].index]
    else { return nil }
    return (reader, bias)
  }

  private func activationOf(_ index: Int) -> (node: Int, slope: Double)? {
    guard let reader = soleReader(of: index) else { return nil }
    switch graph.nodes[reader].op {
    case .unary(.relu): return (reader, 0)
    case .unary(.leakyReLU(let slope)): return (reader, slope)
    default: return nil
    }
  }
}

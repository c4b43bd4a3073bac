extension Op {
  /// The result's shape.
  ///
  /// - Throws: `ShapeError` with the rule that `operands` break.
  public func resultShape(of operands: [Shape]) throws(ShapeError) -> Shape {
    let arity = operandCount
    if let arity, operands.count != arity {
      throw ShapeError(self, operands, rule: "needs \(arity) operands")
    }
    // No `default`, here or in any rule: a new operation must not compile without one.
    switch self {
    case .input(_, let shape), .parameter(_, let shape), .constant(_, let shape):
      return shape
    case .random: return try noiseShape(operands)
    case .unary, .stopGradient, .allReduce:
      return operands[0]
    case .allGather(let count):
      let operand = operands[0]
      try require(operand.rank >= 1, operands, "needs a leading axis of examples")
      try require(
        count >= operand[0], operands, "a minibatch of \(count) has fewer rows than the shard")
      return Shape([count] + operand.extents.dropFirst())
    case .reduceScatter(let rows):
      let operand = operands[0]
      try require(operand.rank >= 1, operands, "needs a leading axis of examples")
      try require(
        rows <= operand[0], operands, "a shard of \(rows) has more rows than the minibatch")
      return Shape([rows] + operand.extents.dropFirst())
    case .binary:
      try require(operands[0] == operands[1], operands, "needs two operands of one shape")
      return operands[0]
    case .sum(let axes):
      try requireAxes(axes, operands)
      return operands[0].removing(axes: axes)
    case .logSumExp(let axis):
      try requireAxes([axis], operands)
      return operands[0].removing(axes: [axis])
    case .broadcast(let shape, let axes):
      let fits =
        axes.count == operands[0].rank && axes == Set(axes).sorted()
        && zip(axes, operands[0].extents).allSatisfy {
          shape.extents.indices.contains($0) && shape[$0] == $1
        }
      try require(fits, operands, "axes \(axes) do not fit into \(shape)")
      return shape
    case .reshape(let shape):
      try require(
        shape.count == operands[0].count, operands, "cannot become \(shape): other element count")
      return shape
    case .transpose(let order):
      try require(
        order.sorted() == Array(operands[0].extents.indices), operands,
        "\(order) is not a permutation of the axes")
      return Shape(order.map { operands[0][$0] })
    case .slice, .pad, .concatenate:
      return try sliceLikeShape(operands)
    case .gatherRows, .scatterRows: return try indexedShape(operands)
    case .matmul(let transposeLeft, let transposeRight):
      try require(operands.allSatisfy { $0.rank == 2 }, operands, "needs two matrices")
      let (a, b) = (operands[0].extents, operands[1].extents)
      let (m, k) = transposeLeft ? (a[1], a[0]) : (a[0], a[1])
      let (k2, n) = transposeRight ? (b[1], b[0]) : (b[0], b[1])
      try require(k == k2, operands, "inner extents \(k) and \(k2) differ")
      return [m, n]
    case .convolution, .convolutionInputGradient, .convolutionWeightGradient:
      return try convolutionShape(operands)
    }
  }

  /// How many operands the operation takes; nil where it takes one or more.
  public var operandCount: Int? {
    switch self {
    case .input, .parameter, .constant, .random: 0
    case .unary, .sum, .logSumExp, .broadcast, .reshape, .transpose, .slice, .pad, .stopGradient,
      .allReduce, .allGather, .reduceScatter:
      1
    case .binary, .gatherRows, .scatterRows, .matmul, .convolution, .convolutionInputGradient,
      .convolutionWeightGradient:
      2
    case .concatenate: nil
    }
  }

  private func noiseShape(_ operands: [Shape]) throws(ShapeError) -> Shape {
    guard case .random(let distribution, _, let rows, let shape) = self else {
      preconditionFailure("noiseShape called for \(name)")
    }
    try require(shape.rank >= 1, operands, "noise needs a leading axis of rows")
    if case .numbered(let first) = rows {
      try require(
        first >= 0 && first + shape[0] <= 1 << 32, operands,
        "rows \(first)..<\(first + shape[0]) are not numbers of 32 bits")
    }
    if distribution == .permutation {
      try require(shape.rank == 2, operands, "a permutation needs rows and columns")
      try require(rows == .numbered(from: 0), operands, "a permutation's rows are no examples")
      try require(
        shape[0] <= 1 << 24, operands,
        "\(shape[0]) rows: floats tell the numbers below 16777216 apart")
    }
    return shape
  }

  private func sliceLikeShape(_ operands: [Shape]) throws(ShapeError) -> Shape {
    try require(!operands.isEmpty, operands, "needs an operand")
    var result = operands[0]
    switch self {
    case .slice(let axis, let start, let count):
      try requireAxes([axis], operands)
      try require(
        start >= 0 && count > 0 && start + count <= result[axis], operands,
        "\(start)..<\(start + count) lies outside axis \(axis)")
      result.extents[axis] = count
    case .pad(let axis, let before, let after):
      try requireAxes([axis], operands)
      try require(before >= 0 && after >= 0, operands, "needs non-negative padding")
      result.extents[axis] += before + after
    case .concatenate(let axis):
      try requireAxes([axis], operands)
      for other in operands.dropFirst() {
        try require(
          other.rank == result.rank
            && other.removing(axes: [axis]) == result.removing(axes: [axis]),
          operands, "operands differ in an axis other than \(axis)")
        result.extents[axis] += other[axis]
      }
    default: preconditionFailure("sliceLikeShape called for \(name)")
    }
    return result
  }

  private func indexedShape(_ operands: [Shape]) throws(ShapeError) -> Shape {
    let (x, index) = (operands[0], operands[1])
    try require(
      x.rank >= 1 && index.rank == x.rank, operands, "needs rows and an index of one rank")
    var rows = x[0]
    if case .scatterRows(let count) = self {
      try require(x == index, operands, "needs an index for every element")
      rows = count
    } else {
      try require(
        x.removing(axes: [0]) == index.removing(axes: [0]), operands,
        "the index has other columns than the rows")
    }
    try require(
      (1...1 << 24).contains(rows), operands,
      "\(rows) rows: an index of floats tells 1 to 16777216 apart")
    return Shape([self == .gatherRows ? index[0] : rows] + x.extents.dropFirst())
  }

  private func convolutionShape(_ operands: [Shape]) throws(ShapeError) -> Shape {
    try require(operands.allSatisfy { $0.rank == 4 }, operands, "needs operands of four axes")
    let (a, b) = (operands[0], operands[1])
    func extents(_ g: ConvolutionGeometry, _ h: Int, _ w: Int, _ kh: Int, _ kw: Int) -> [Int]? {
      guard
        let y = ConvolutionGeometry.outputExtent(
          h, kernel: kh, stride: g.strideHeight, padding: g.paddingHeight),
        let x = ConvolutionGeometry.outputExtent(
          w, kernel: kw, stride: g.strideWidth, padding: g.paddingWidth)
      else { return nil }
      return [y, x]
    }
    switch self {
    case .convolution(let g):
      try require(a[3] == b[1], operands, "\(a[3]) channels meet weights for \(b[1])")
      guard let out = extents(g, a[1], a[2], b[2], b[3]) else {
        throw ShapeError(self, operands, rule: "the kernel is larger than the padded input")
      }
      return [a[0], out[0], out[1], b[0]]
    case .convolutionInputGradient(let g, let height, let width):
      try require(a[3] == b[0], operands, "\(a[3]) channels meet weights for \(b[0])")
      try require(
        extents(g, height, width, b[2], b[3]) == [a[1], a[2]], operands,
        "\(height) × \(width) pixels do not convolve to \(a[1]) × \(a[2])")
      return [a[0], height, width, b[1]]
    case .convolutionWeightGradient(let g, let kernelHeight, let kernelWidth):
      try require(
        a[0] == b[0] && extents(g, a[1], a[2], kernelHeight, kernelWidth) == [b[1], b[2]],
        operands, "input and output do not belong to one convolution")
      return [b[3], a[3], kernelHeight, kernelWidth]
    default: preconditionFailure("convolutionShape called for \(name)")
    }
  }

  private func require(
    _ holds: Bool, _ operands: [Shape], _ rule: @autoclosure () -> String
  ) throws(ShapeError) {
    if !holds { throw ShapeError(self, operands, rule: rule()) }
  }

  private func requireAxes(_ axes: [Int], _ operands: [Shape]) throws(ShapeError) {
    try require(
      Set(axes).count == axes.count && axes.allSatisfy(operands[0].extents.indices.contains),
      operands, "axes \(axes) are not distinct axes of the operand")
  }
}

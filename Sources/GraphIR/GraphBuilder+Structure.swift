/// Sums, repetitions, rearrangements and products.
extension GraphBuilder {
  /// Sum over axes, which disappear; all axes where none are named.
  public mutating func sum(_ x: Value, axes: [Int]? = nil) -> Value {
    let axes = axes ?? Array(shape(x).extents.indices)
    return axes.isEmpty ? x : apply(.sum(axes: axes), x)
  }

  /// Mean over axes, which disappear; all axes where none are named.
  public mutating func mean(_ x: Value, axes: [Int]? = nil) -> Value {
    let total = sum(x, axes: axes)
    return scale(total, by: Double(shape(total).count) / Double(shape(x).count))
  }

  /// Sum over everything but the leading axis: one number per example.
  public mutating func sumPerExample(_ x: Value) -> Value {
    sum(x, axes: Array(shape(x).extents.indices.dropFirst()))
  }

  /// log Σ exp over one axis, which disappears.
  public mutating func logSumExp(_ x: Value, axis: Int) -> Value {
    apply(.logSumExp(axis: axis), x)
  }

  /// Repetition: axis `i` of `x` becomes axis `axes[i]` of `shape`.
  public mutating func broadcast(_ x: Value, to target: Shape, axes: [Int]) -> Value {
    shape(x) == target ? x : apply(.broadcast(target, axes: axes), x)
  }

  /// Repetition along new leading axes.
  public mutating func broadcastTrailing(_ x: Value, to target: Shape) -> Value {
    let rank = shape(x).rank
    return broadcast(x, to: target, axes: Array((target.rank - rank)..<target.rank))
  }

  /// Repetition along new trailing axes: one number per example to every feature.
  public mutating func broadcastLeading(_ x: Value, to target: Shape) -> Value {
    broadcast(x, to: target, axes: Array(0..<shape(x).rank))
  }

  /// The same elements in row-major order under another shape.
  public mutating func reshape(_ x: Value, _ target: Shape) -> Value {
    shape(x) == target ? x : apply(.reshape(target), x)
  }

  /// Result axis `i` is axis `order[i]` of `x`.
  public mutating func transpose(_ x: Value, _ order: [Int]) -> Value {
    order == Array(shape(x).extents.indices) ? x : apply(.transpose(order), x)
  }

  /// `count` elements from `start` along one axis.
  public mutating func slice(_ x: Value, axis: Int, start: Int, count: Int) -> Value {
    start == 0 && count == shape(x)[axis]
      ? x : apply(.slice(axis: axis, start: start, count: count), x)
  }

  /// Operands one after another along one axis.
  ///
  /// - Throws: `ShapeError` where they differ along another axis.
  public mutating func concatenate(_ parts: [Value], axis: Int) throws(ShapeError) -> Value {
    try emit(.concatenate(axis: axis), parts)
  }

  /// x `[M, …]`, index `[N, …]` → `[N, …]`: element j of row n is that of x in row `index[n, j]`, a whole number of 0..<M
  /// that no derivative passes; no number (NaN) where the index is another.
  public mutating func gatherRows(_ x: Value, _ index: Value) -> Value {
    apply(.gatherRows, x, index)
  }

  /// `[M, K] × [K, N]`; a transposed operand is given as `[K, M]` or `[N, K]`.
  public mutating func matmul(
    _ a: Value, _ b: Value, transposeLeft: Bool = false, transposeRight: Bool = false
  ) -> Value {
    apply(.matmul(transposeLeft: transposeLeft, transposeRight: transposeRight), a, b)
  }

  /// `x [N, in] · weight [out, in]ᵀ + bias [out]`.
  public mutating func dense(_ x: Value, weight: Value, bias: Value) -> Value {
    add(matmul(x, weight, transposeRight: true), bias)
  }

  /// x `[N, H, W, I]`, weight `[O, I, kH, kW]` → `[N, H', W', O]`.
  public mutating func convolution(
    _ x: Value, weight: Value, _ geometry: ConvolutionGeometry
  ) -> Value {
    apply(.convolution(geometry), x, weight)
  }

  /// x `[N, H, W, I]`, weight `[I, O, kH, kW]` → `[N, (H−1)·stride − 2·padding + kH + extra, …, O]`.
  public mutating func convolutionTransposed(
    _ x: Value, weight: Value, _ geometry: ConvolutionGeometry, outputPadding: Int = 0
  ) -> Value {
    let (input, kernel) = (shape(x), shape(weight))
    let height =
      (input[1] - 1) * geometry.strideHeight - 2 * geometry.paddingHeight + kernel[2]
      + outputPadding
    let width =
      (input[2] - 1) * geometry.strideWidth - 2 * geometry.paddingWidth + kernel[3] + outputPadding
    return apply(
      .convolutionInputGradient(geometry, height: height, width: width), x, weight)
  }

  /// The sum over all shards of the minibatch, the same in each.
  public mutating func allReduce(_ x: Value) -> Value { apply(.allReduce, x) }

  /// The rows of all shards of a minibatch of `count` examples, `[rows, …]` → `[count, …]`.
  public mutating func allGather(_ x: Value, count: Int) -> Value {
    apply(.allGather(count: count), x)
  }

  /// The operand, through which no derivative passes.
  public mutating func stopGradient(_ x: Value) -> Value { apply(.stopGradient, x) }
}

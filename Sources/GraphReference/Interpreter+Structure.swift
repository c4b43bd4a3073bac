internal import GraphIR
internal import Glibc

extension Tensor {
  /// For each element, the position in a reduction over `axes` that it belongs to.
  private func reducedOffsets(axes: [Int]) -> [Int] {
    let kept = shape.extents.indices.filter { !axes.contains($0) }
    var strides = [Int](repeating: 0, count: shape.rank)
    for (axis, stride) in zip(kept, shape.removing(axes: axes).rowMajorStrides) {
      strides[axis] = stride
    }
    return shape.offsets(strides: strides)
  }

  /// Sum over axes, in row-major order of the operand.
  func summed(axes: [Int]) -> Tensor {
    var result = Tensor(repeating: 0, shape: shape.removing(axes: axes))
    for (value, position) in zip(values, reducedOffsets(axes: axes)) { result[position] += value }
    return result
  }

  /// max + log Σ exp(x − max): no exponent is positive, so nothing overflows.
  func logSumExp(axis: Int) -> Tensor {
    let positions = reducedOffsets(axes: [axis])
    var largest = Tensor(repeating: -.infinity, shape: shape.removing(axes: [axis]))
    for (value, position) in zip(values, positions) where !(value <= largest[position]) {
      largest[position] = value
    }
    var sums = Tensor(repeating: 0, shape: largest.shape)
    for (value, position) in zip(values, positions) {
      // Equal infinities would give a NaN.
      sums[position] += value == largest[position] ? 1 : exp(value - largest[position])
    }
    return Tensor(
      shape: largest.shape, values: zip(largest.values, sums.values).map { $0 + log($1) })
  }

  /// Repetition: axis `i` becomes axis `axes[i]` of `target`.
  func broadcast(to target: Shape, axes: [Int]) -> Tensor {
    var strides = [Int](repeating: 0, count: target.rank)
    for (axis, stride) in zip(axes, shape.rowMajorStrides) { strides[axis] = stride }
    return Tensor(shape: target, values: target.offsets(strides: strides).map { values[$0] })
  }

  /// Result axis `i` is axis `order[i]`.
  func transposed(_ order: [Int]) -> Tensor {
    let target = Shape(order.map { shape[$0] })
    let strides = shape.rowMajorStrides
    return Tensor(
      shape: target,
      values: target.offsets(strides: order.map { strides[$0] }).map { values[$0] })
  }

  /// The part of extents `target` that begins at `start` along one axis.
  func sliced(axis: Int, start: Int, to target: Shape) -> Tensor {
    let strides = shape.rowMajorStrides
    let first = start * strides[axis]
    return Tensor(
      shape: target, values: target.offsets(strides: strides).map { values[first + $0] })
  }

  /// This array with `part` in the place that begins at `start` along one axis.
  func replacing(axis: Int, start: Int, by part: Tensor) -> Tensor {
    var result = self
    let strides = shape.rowMajorStrides
    let first = start * strides[axis]
    for (value, offset) in zip(part.values, part.shape.offsets(strides: strides)) {
      result[first + offset] = value
    }
    return result
  }

  /// Arrays one after another along one axis.
  static func concatenated(_ parts: [Tensor], axis: Int, to target: Shape) -> Tensor {
    var result = Tensor(repeating: 0, shape: target)
    var start = 0
    for part in parts {
      result = result.replacing(axis: axis, start: start, by: part)
      start += part.shape[axis]
    }
    return result
  }

  /// The position in an array of `rows` rows that each element of an index names; nil where it names none.
  private static func positions(_ index: Tensor, rows: Int) -> [Int?] {
    let width = index.shape.removing(axes: [0]).count
    return index.values.enumerated().map { position, row in
      guard let row = Int(exactly: row), (0..<rows).contains(row) else { return nil }
      return row * width + position % width
    }
  }

  /// In each column the elements in the rows that an index names.
  func gatheredRows(_ index: Tensor) -> Tensor {
    let positions = Self.positions(index, rows: shape[0])
    return Tensor(shape: index.shape, values: positions.map { $0.map { self[$0] } ?? .nan })
  }

  /// In each column the elements added to the rows that an index names.
  func scatteredRows(_ index: Tensor, to target: Shape) -> Tensor {
    var result = Tensor(repeating: 0, shape: target)
    let width = target.removing(axes: [0]).count
    for (place, position) in Self.positions(index, rows: target[0]).enumerated() {
      if let position { result[position] += self[place] } else { result[place % width] = .nan }
    }
    return result
  }

  /// `[M, K] × [K, N]`; an operand marked as transposed is `[K, M]` or `[N, K]`.
  func matmul(_ b: Tensor, _ transposeLeft: Bool, _ transposeRight: Bool) -> Tensor {
    let left = transposeLeft ? transposed([1, 0]) : self
    let right = transposeRight ? b.transposed([1, 0]) : b
    let (m, inner, n) = (left.shape[0], left.shape[1], right.shape[1])
    var result = Tensor(repeating: 0, shape: [m, n])
    for i in 0..<m {
      for j in 0..<n {
        var sum = 0.0
        for k in 0..<inner { sum += left[i * inner + k] * right[k * n + j] }
        result[i * n + j] = sum
      }
    }
    return result
  }
}

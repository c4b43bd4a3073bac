package import GraphIR

/// An array in a graph that is being made, with the operators of a formula.
///
/// Two operands need not have one shape: as in NumPy, an axis of extent 1, or one that is missing in front, repeats.
package struct Expression {
  /// The graph.
  package let emission: Emission
  /// The array's node.
  package let value: Value

  /// What a node of the graph computes.
  package init(_ value: Value, in emission: Emission) {
    (self.value, self.emission) = (value, emission)
  }

  /// The array's shape.
  package var shape: Shape { emission.builder.shape(value) }

  private static func join(
    _ a: Expression, _ b: Expression, _ make: (inout GraphBuilder, Value, Value) -> Value
  ) -> Expression {
    let target = Shape.joining(a.shape, b.shape)
    let (left, right) = (a.repeated(to: target), b.repeated(to: target))
    return a.emission.emit { make(&$0, left.value, right.value) }
  }

  package static func + (a: Expression, b: Expression) -> Expression {
    join(a, b) { $0.add($1, $2) }
  }
  package static func - (a: Expression, b: Expression) -> Expression {
    join(a, b) { $0.subtract($1, $2) }
  }
  package static func * (a: Expression, b: Expression) -> Expression {
    join(a, b) { $0.multiply($1, $2) }
  }
  package static func / (a: Expression, b: Expression) -> Expression {
    join(a, b) { $0.divide($1, $2) }
  }
  package static prefix func - (x: Expression) -> Expression {
    x.emission.emit { $0.negate(x.value) }
  }

  package static func + (x: Expression, number: Double) -> Expression {
    x + x.emission.constant(number)
  }
  package static func + (number: Double, x: Expression) -> Expression { x + number }
  package static func - (x: Expression, number: Double) -> Expression { x + -number }
  package static func - (number: Double, x: Expression) -> Expression {
    x.emission.constant(number) - x
  }
  package static func * (x: Expression, number: Double) -> Expression {
    x * x.emission.constant(number)
  }
  package static func * (number: Double, x: Expression) -> Expression { x * number }
  package static func / (x: Expression, number: Double) -> Expression { x * (1 / number) }

  /// Repeated along axes of extent 1, and in front, until the shape is this.
  package func repeated(to target: Shape) -> Expression {
    let own = shape
    if own == target { return self }
    let offset = target.rank - own.rank
    let kept = own.extents.indices.filter { own[$0] == target[$0 + offset] }
    let plain = reshaped(Shape(kept.map { own[$0] }))
    return emission.emit { $0.broadcast(plain.value, to: target, axes: kept.map { $0 + offset }) }
  }
}

extension Shape {
  /// The shape of what two operands of these shapes become.
  fileprivate static func joining(_ a: Shape, _ b: Shape) -> Shape {
    let (long, short) = a.rank >= b.rank ? (a, b) : (b, a)
    let offset = long.rank - short.rank
    let extents = long.extents.indices.map { axis in
      axis < offset ? long[axis] : max(long[axis], short[axis - offset])
    }
    return Shape(extents)
  }
}

/// Sums, rearrangements and products.
extension Expression {
  /// Sum over axes, which disappear; all axes where none are named. Negative axes count from the end.
  package func sum(_ axes: Int...) -> Expression {
    let all = shape.extents.indices
    let named = axes.isEmpty ? Array(all) : axes.map { $0 < 0 ? $0 + all.count : $0 }
    return emission.emit { $0.sum(value, axes: named) }
  }

  /// Mean over axes, which disappear.
  package func mean(_ axes: Int...) -> Expression {
    let named = axes.map { $0 < 0 ? $0 + shape.rank : $0 }
    return emission.emit { $0.mean(value, axes: named) }
  }

  /// Sum over all axes but examples and samples: `[B, K, …]` → `[B, K]`.
  package var sumPerSample: Expression {
    let axes = Array(shape.extents.indices.dropFirst(2))
    return emission.emit { $0.sum(value, axes: axes) }
  }

  /// log Σ exp over one axis, which disappears.
  package func logSumExp(axis: Int) -> Expression {
    let named = axis < 0 ? axis + shape.rank : axis
    return emission.emit { $0.logSumExp(value, axis: named) }
  }

  /// The same elements in row-major order under another shape.
  package func reshaped(_ target: Shape) -> Expression {
    emission.emit { $0.reshape(value, target) }
  }

  /// Result axis `i` is axis `order[i]`.
  package func transposed(_ order: [Int]) -> Expression {
    emission.emit { $0.transpose(value, order) }
  }

  /// With a new axis of extent 1 at a place.
  package func inserting(axis: Int) -> Expression {
    var extents = shape.extents
    extents.insert(1, at: axis < 0 ? axis + shape.rank + 1 : axis)
    return reshaped(Shape(extents))
  }

  /// Some elements along one axis.
  package func slice(axis: Int, _ range: Range<Int>) -> Expression {
    emission.emit { $0.slice(value, axis: axis, start: range.lowerBound, count: range.count) }
  }

  /// With zeros before and after along one axis.
  package func padded(axis: Int, before: Int, after: Int) -> Expression {
    if before == 0 && after == 0 { return self }
    return emission.emit { $0.apply(.pad(axis: axis, before: before, after: after), value) }
  }

  /// Element `[n, j]` is that of row `index[n, j]`, a whole number: `[M, Z]` → `[N, Z]`.
  package func gatheringRows(_ index: Expression) -> Expression {
    emission.emit { $0.gatherRows(value, index.value) }
  }

  /// The operand, through which no derivative passes.
  package var stopGradient: Expression { emission.emit { $0.stopGradient(value) } }

  /// `[B, K, …]` → `[B·K, …]`: samples as rows, for layers.
  package var samplesAsRows: Expression {
    let extents = shape.extents
    return reshaped(Shape([extents[0] * extents[1]] + extents.dropFirst(2)))
  }

  /// `[B·K, …]` → `[B, K, …]`: the way back.
  package var rowsAsSamples: Expression {
    let (extents, count) = (shape.extents, emission.exampleCount)
    return reshaped(Shape([count, extents[0] / count] + extents.dropFirst()))
  }

  /// The sum over all shards of the minibatch, of a sum over the shard's examples.
  package var overMinibatch: Expression {
    emission.minibatch == nil ? self : emission.emit { $0.allReduce(value) }
  }

  /// The rows of all shards of the minibatch, `[B, …]` → `[M, …]`.
  package var gathered: Expression {
    guard let count = emission.minibatch else { return self }
    return emission.emit { $0.allGather(value, count: count) }
  }

  /// `x · weightᵀ + bias`, with `<name>.weight` `[units, in]` and `<name>.bias` `[units]`.
  ///
  /// - Source: both begin uniform on ±1/√in, as PyTorch's `Linear` does.
  package func dense(units: Int, name: String) -> Expression {
    let inputs = shape[1]
    let start = Initializer.uniform(bound: 1 / Double(inputs).squareRoot())
    let weight = emission.trained("\(name).weight", [units, inputs], start, isWeight: true)
    let bias = emission.trained("\(name).bias", [units], start)
    return emission.emit { $0.dense(value, weight: weight.value, bias: bias.value) }
  }

  /// One after another along one axis; the other extents are the same.
  package static func concatenated(_ parts: [Expression], axis: Int) -> Expression {
    if parts.count == 1 { return parts[0] }
    return parts[0].emission.emit { builder in
      do throws(ShapeError) {
        return try builder.concatenate(parts.map(\.value), axis: axis)
      } catch {
        preconditionFailure(error.description)
      }
    }
  }
}

/// e^x.
package func exp(_ x: Expression) -> Expression { x.emission.emit { $0.exp(x.value) } }
/// Natural logarithm.
package func log(_ x: Expression) -> Expression { x.emission.emit { $0.log(x.value) } }
/// log(1 + x).
package func log1p(_ x: Expression) -> Expression { x.emission.emit { $0.log1p(x.value) } }
/// log(1 + e^x).
package func softplus(_ x: Expression) -> Expression { x.emission.emit { $0.softplus(x.value) } }
/// Hyperbolic tangent.
package func tanh(_ x: Expression) -> Expression { x.emission.emit { $0.tanh(x.value) } }
/// 1 / (1 + e^−x).
package func sigmoid(_ x: Expression) -> Expression { x.emission.emit { $0.sigmoid(x.value) } }
/// x².
package func square(_ x: Expression) -> Expression { x.emission.emit { $0.square(x.value) } }
/// 1 / x.
package func reciprocal(_ x: Expression) -> Expression {
  x.emission.emit { $0.reciprocal(x.value) }
}
/// x where x > 0, else slope · x.
package func leakyReLU(_ x: Expression, slope: Double) -> Expression {
  x.emission.emit { $0.leakyReLU(x.value, slope: slope) }
}
/// The larger of two numbers.
package func max(_ x: Expression, _ number: Double) -> Expression {
  x.emission.emit { $0.maximum(x.value, $0.constant(number, $0.shape(x.value))) }
}
/// The smaller of two numbers.
package func min(_ x: Expression, _ number: Double) -> Expression {
  x.emission.emit { $0.minimum(x.value, $0.constant(number)) }
}
/// The largest integer up to x.
package func floor(_ x: Expression) -> Expression { x.emission.emit { $0.floor(x.value) } }
/// x limited to a range; the derivative is zero outside.
package func clamp(_ x: Expression, to range: ClosedRange<Double>) -> Expression {
  x.emission.emit { $0.clamp(x.value, range.lowerBound, range.upperBound) }
}

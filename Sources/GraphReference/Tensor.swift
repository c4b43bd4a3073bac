public import GraphIR

/// A dense array of numbers, row-major, in Double.
public struct Tensor: Sendable, Equatable {
  /// Extents, outermost first.
  public var shape: Shape
  /// `shape.count` numbers; the last axis varies fastest.
  public var values: [Double]

  /// An array with these numbers.
  ///
  /// - Precondition: there are as many as the shape has elements.
  public init(shape: Shape, values: [Double]) {
    precondition(
      values.count == shape.count, "Tensor: \(values.count) numbers for the shape \(shape)")
    self.shape = shape
    self.values = values
  }

  /// One number, repeated.
  public init(repeating value: Double, shape: Shape) {
    self.init(shape: shape, values: [Double](repeating: value, count: shape.count))
  }

  /// The element at a position in row-major order.
  public subscript(position: Int) -> Double {
    get { values[position] }
    set { values[position] = newValue }
  }

  /// Another array of this shape, each element a function of this one's.
  public func map(_ function: (Double) -> Double) -> Tensor {
    Tensor(shape: shape, values: values.map(function))
  }
}

extension Shape {
  /// For each element in row-major order, its index times `strides`, summed over the axes.
  func offsets(strides: [Int]) -> [Int] {
    var offsets = [0]
    for (extent, stride) in zip(extents, strides) {
      offsets = offsets.flatMap { start in (0..<extent).map { start + $0 * stride } }
    }
    return offsets
  }
}

/// The extents of a dense array, outermost first; `[]` is a scalar.
public struct Shape: Hashable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  /// Number of elements along each axis, outermost first.
  public var extents: [Int]

  /// A shape with these extents.
  public init(_ extents: [Int]) { self.extents = extents }

  /// A shape written as a literal: `[64, 28, 28, 1]`.
  public init(arrayLiteral elements: Int...) { extents = elements }

  /// The shape of a single number.
  public static let scalar = Shape([])

  /// Number of axes.
  public var rank: Int { extents.count }

  /// Number of elements: the product of the extents, 1 for a scalar.
  public var count: Int { extents.reduce(1, *) }

  /// The extent of one axis.
  public subscript(axis: Int) -> Int { extents[axis] }

  /// Distance in elements between neighbours along each axis, for row-major storage.
  public var rowMajorStrides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    return strides
  }

  /// This shape without the named axes.
  public func removing(axes: [Int]) -> Shape {
    Shape(extents.indices.filter { !axes.contains($0) }.map { extents[$0] })
  }

  /// The extents between brackets: `[64, 28, 28, 1]`.
  public var description: String { "[" + extents.map(String.init).joined(separator: ", ") + "]" }
}

/// A rule of an operation that its operands break.
public struct ShapeError: Error, Equatable, CustomStringConvertible {
  /// The operation, as the printer writes it.
  public var operation: String
  /// Shapes of the operands that were given.
  public var operands: [Shape]
  /// The rule that does not hold.
  public var rule: String

  init(_ op: Op, _ operands: [Shape], rule: String) {
    self.operation = op.name
    self.operands = operands
    self.rule = rule
  }

  /// One line: operation, shapes found, rule expected.
  public var description: String {
    "\(operation) of \(operands.map(\.description).joined(separator: ", ")): \(rule)"
  }
}

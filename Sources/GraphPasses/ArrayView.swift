package import GraphIR

/// An array seen through strides: repetition, slices and transposes cost nothing until read.
package struct ArrayView: Hashable, Sendable {
  /// Whose memory it is: a root while lowering, a buffer in a program.
  package var owner: Int
  /// Position of the first element in that memory, in floats.
  package var offset: Int
  /// Extents along each axis.
  package var extents: [Int]
  /// Distance between neighbours along each axis, in floats; 0 repeats.
  package var strides: [Int]

  /// The whole of an owner, row-major.
  package init(whole owner: Int, _ shape: Shape) {
    self.owner = owner
    offset = 0
    extents = shape.extents
    strides = shape.rowMajorStrides
  }

  /// Number of elements seen, repetitions included.
  package var count: Int { extents.reduce(1, *) }

  /// Whether the elements lie one after another in row-major order.
  package var isDense: Bool {
    var expected = 1
    for (extent, stride) in zip(extents, strides).reversed() where extent != 1 {
      if stride != expected { return false }
      expected *= extent
    }
    return true
  }

  func transposed(_ order: [Int]) -> ArrayView {
    var view = self
    view.extents = order.map { extents[$0] }
    view.strides = order.map { strides[$0] }
    return view
  }

  func sliced(axis: Int, start: Int, count: Int) -> ArrayView {
    var view = self
    view.offset += start * strides[axis]
    view.extents[axis] = count
    return view
  }

  func broadcast(to shape: Shape, axes: [Int]) -> ArrayView {
    var view = self
    view.extents = shape.extents
    view.strides = [Int](repeating: 0, count: shape.rank)
    for (own, axis) in axes.enumerated() { view.strides[axis] = strides[own] }
    return view
  }

  /// The same elements under another shape, where strides can express it: whenever they are dense,
  /// and whenever only axes of extent 1 come and go.
  func reshaped(_ shape: Shape) -> ArrayView? {
    if isDense {
      var view = ArrayView(whole: owner, shape)
      view.offset = offset
      return view
    }
    guard extents.filter({ $0 != 1 }) == shape.extents.filter({ $0 != 1 }) else { return nil }
    var kept = zip(extents, strides).filter { $0.0 != 1 }.map(\.1)[...]
    var view = self
    view.extents = shape.extents
    view.strides = shape.extents.map { $0 == 1 ? 0 : kept.removeFirst() }
    return view
  }
}

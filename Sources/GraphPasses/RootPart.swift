import GraphIR

/// A box of a root's elements.
struct RootPart {
  var starts: [Int]
  var shape: Shape
  var isWhole: Bool
}

extension Lowering.Root {
  /// The box that a view of this root shows; nil where it shows something else than all elements in
  /// their order, or a slice with the root's own axes.
  func part(shownBy view: ArrayView) -> RootPart? {
    if view.isDense, view.offset == 0, view.count == shape.count {
      return RootPart(starts: shape.extents.map { _ in 0 }, shape: shape, isWhole: true)
    }
    let strides = shape.rowMajorStrides
    guard view.strides == strides else { return nil }
    var rest = view.offset
    var starts: [Int] = []
    for stride in strides {
      starts.append(rest / stride)
      rest %= stride
    }
    return RootPart(starts: starts, shape: Shape(view.extents), isWhole: false)
  }
}

extension ArrayView {
  /// The elements of a box.
  func restricted(to part: RootPart) -> ArrayView {
    if part.isWhole { return self }
    var view = self
    view.offset += zip(part.starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
    view.extents = part.shape.extents
    return view
  }
}

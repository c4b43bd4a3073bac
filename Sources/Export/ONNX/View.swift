internal import GraphIR

/// A value of the graph as the ONNX model holds it: a tensor, and which axis of the value each axis
/// of the tensor is.
///
/// Transposing and repeating only rename axes, so they cost no ONNX node. A convolution's result,
/// channels last in the graph and channels first in ONNX, has the axes `[0, 3, 1, 2]`.
struct View {
  /// The tensor's name in the model.
  var tensor: String
  /// For each axis of the tensor, the value's axis. An axis of the value that is not listed is
  /// repeated: its elements are equal.
  var axes: [Int]
  /// The value's shape in the graph, whose batch is a single row.
  var shape: Shape
  /// The value's axis that grows with the batch; nil where it does not depend on the model's input.
  var batch: Int?

  /// Channels first, as ONNX has the axes of a channels-last value.
  static let channelsFirst = [0, 3, 1, 2]

  /// Whether an axis is more than a bracket around its only element.
  func isSignificant(_ axis: Int) -> Bool { axis == batch || shape[axis] != 1 }

  /// The tensor's extents along these axes as a reshape wants them: −1 for the batch, 1 where the
  /// value is repeated.
  func extents(along order: some Sequence<Int>) -> [Int] {
    order.map { $0 == batch ? -1 : axes.contains($0) ? shape[$0] : 1 }
  }

  /// This value under another tensor of the same axes.
  func with(tensor: String) -> View {
    var result = self
    result.tensor = tensor
    return result
  }

  /// The value without some axes, over which `tensor` has been reduced where it had them.
  func removing(_ removed: [Int], tensor: String) -> View {
    func renumbered(_ axis: Int) -> Int { axis - removed.count { $0 < axis } }
    return View(
      tensor: tensor, axes: axes.filter { !removed.contains($0) }.map(renumbered),
      shape: shape.removing(axes: removed), batch: batch.map(renumbered))
  }

  /// The same tensor as a value whose axis `renaming[i]` is this value's axis `i`.
  func renaming(_ renaming: [Int], shape: Shape) -> View {
    View(
      tensor: tensor, axes: axes.map { renaming[$0] }, shape: shape,
      batch: batch.map { renaming[$0] })
  }
}

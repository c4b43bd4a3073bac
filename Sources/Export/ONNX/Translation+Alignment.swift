internal import GraphIR

/// Tensors with their axes where an ONNX node needs them.
extension Translation {
  /// The value's tensor with its axes in this order, and an extent of 1 where the value is repeated:
  /// an operand that ONNX repeats by itself.
  ///
  /// Emits a `Transpose` only where axes with more than one element change places.
  ///
  /// - Parameters:
  ///   - order: axes of the value, at least those that its tensor has.
  ///   - keepsLeading: whether repeated axes at the front are there too, with extent 1.
  mutating func aligned(
    _ view: View, to order: [Int], keepsLeading: Bool = false
  ) -> String {
    let result = keepsLeading ? order : Array(order.drop { !view.axes.contains($0) })
    if view.axes == result { return view.tensor }
    let present = result.filter(view.axes.contains)
    var tensor = view.tensor
    if present != view.axes {
      if present.filter(view.isSignificant) == view.axes.filter(view.isSignificant) {
        return emit("Reshape", [tensor, integers(view.extents(along: result))])
      }
      let permutation = present.map { view.axes.firstIndex(of: $0)! }
      tensor = emit("Transpose", [tensor], [.ints("perm", permutation)])
    }
    let missing = result.indices.filter { !present.contains(result[$0]) }
    return missing.isEmpty ? tensor : emit("Unsqueeze", [tensor, integers(missing)])
  }

  /// The value's tensor with its axes in this order and every repetition written out, except along
  /// the batch.
  mutating func full(_ view: View, order: [Int]) -> String {
    let repetitions = order.map { view.axes.contains($0) ? 1 : view.shape[$0] }
    if repetitions.allSatisfy({ $0 == 1 }) { return aligned(view, to: order, keepsLeading: true) }
    return emit("Expand", [aligned(view, to: order), integers(repetitions)])
  }

  /// The value's tensor with its axes in this order, repeated along the batch where it is the same
  /// for every example.
  mutating func full(_ view: View, order: [Int], repeatedAlong batch: Int) -> String {
    guard view.batch == nil, let position = order.firstIndex(of: batch) else {
      return full(view, order: order)
    }
    var single = view
    single.shape.extents[batch] = 1
    let after = order.count - position - 1
    var size = emit("Shape", [inputs[0]], [.int("start", 0), .int("end", 1)])
    if view.shape[batch] != 1 { size = emit("Mul", [size, integers([view.shape[batch]])]) }
    var pieces = [size]
    if position > 0 { pieces.insert(integers([Int](repeating: 1, count: position)), at: 0) }
    if after > 0 { pieces.append(integers([Int](repeating: 1, count: after))) }
    let extents = pieces.count == 1 ? size : emit("Concat", pieces, [.int("axis", 0)])
    return emit("Expand", [full(single, order: order), extents])
  }

  /// The batch axis of a result whose operands share their axes.
  ///
  /// - Throws: where two operands have it at different places, or where one that is the same for
  ///   every example has several elements there, so that they cannot be matched with examples.
  func commonBatch(_ views: [View], _ node: Node) throws(ExportError) -> Int? {
    guard let batch = views.lazy.compactMap(\.batch).first else { return nil }
    for view in views {
      let fits =
        view.batch.map { $0 == batch }
        ?? (!view.axes.contains(batch) || view.shape[batch] == 1)
      if !fits { throw mixesExamples(node) }
    }
    return batch
  }

  /// The error of an operation along the batch.
  func mixesExamples(_ node: Node) -> ExportError {
    ExportError(
      "\(node.op.name) with the result \(node.shape)",
      expected: "an operation on each example by itself", found: "one along the batch",
      remedy: "Export outputs that hold one row per example.")
  }
}

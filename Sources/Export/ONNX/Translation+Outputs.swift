internal import GraphIR

/// What leaves the model.
extension Translation {
  /// Gives results their names in the model and says what they are.
  mutating func export(_ results: [Value], as names: [String]) -> [ONNXValueInfoProto] {
    var renamed: [String: String] = [:]
    var declarations: [ONNXValueInfoProto] = []
    for (value, name) in zip(results, names) {
      var view = self[value]
      let order = View.exposedOrder(of: view.shape)
      let tensor: String
      if view.batch == nil, view.shape.rank > 0, view.shape[0] == 1, !view.axes.contains(0) {
        tensor = full(view, order: order, repeatedAlong: 0)
        view.batch = 0
      } else {
        tensor = full(view, order: order)
      }
      let isWritten = nodes.contains { $0.output == [tensor] }
      if isWritten && renamed[tensor] == nil {
        renamed[tensor] = name
      } else {
        copy(tensor, as: name)
      }
      declarations.append(ONNXValueInfoProto(name, view.shape, batch: view.batch))
    }
    rename(renamed)
    return declarations
  }
}

extension View {
  /// The axes of a value of this shape in an input or output of the model.
  static func exposedOrder(of shape: Shape) -> [Int] {
    shape.rank == 4 ? channelsFirst : Array(shape.extents.indices)
  }
}

extension ONNXValueInfoProto {
  /// An input or output of float32.
  ///
  /// - Parameters:
  ///   - shape: the shape in the graph, channels last.
  ///   - batch: the axis of `shape` that grows with the batch.
  init(_ name: String, _ shape: Shape, batch: Int?) {
    self.init()
    self.name = name
    type.tensorType.elemType = Int32(ONNXTensorProto.DataType.float.rawValue)
    type.tensorType.shape.dim = View.exposedOrder(of: shape).map { axis in
      var extent = ONNXTensorShapeProto.Dimension()
      if axis != batch {
        extent.dimValue = Int64(shape[axis])
      } else {
        extent.dimParam = shape[axis] == 1 ? "batch" : "\(shape[axis])*batch"
      }
      return extent
    }
  }
}

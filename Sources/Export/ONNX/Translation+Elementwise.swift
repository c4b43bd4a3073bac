internal import GraphIR

/// Functions of single elements.
extension Translation {
  /// The function of every element of a tensor.
  ///
  /// - Numerics: ONNX has no `log1p`; log(1 + x) has an absolute error of half an ulp of 1 + x.
  mutating func unary(_ function: UnaryFunction, _ x: String) -> String {
    switch function {
    case .negate: emit("Neg", [x])
    case .exp: emit("Exp", [x])
    case .log: emit("Log", [x])
    case .log1p: emit("Log", [emit("Add", [x, number(1)])])
    case .softplus: emit("Softplus", [x])
    case .tanh: emit("Tanh", [x])
    case .sigmoid: emit("Sigmoid", [x])
    case .squareRoot: emit("Sqrt", [x])
    case .square: emit("Mul", [x, x])
    case .reciprocal: emit("Reciprocal", [x])
    case .erf: emit("Erf", [x])
    case .relu: emit("Relu", [x])
    case .leakyReLU(let slope): emit("LeakyRelu", [x], [.float("alpha", slope)])
    case .heaviside:
      emit(
        "Cast", [emit("Greater", [x, number(0)])],
        [.int("to", ONNXTensorProto.DataType.float.rawValue)])
    case .floor: emit("Floor", [x])
    }
  }

  /// The function of two values of one shape; what is repeated in both stays so.
  mutating func binary(
    _ function: BinaryFunction, _ a: View, _ b: View, _ node: Node
  ) throws(ExportError) -> View {
    let batch = try commonBatch([a, b], node)
    let order = commonOrder(a, b)
    let operands = [aligned(a, to: order), aligned(b, to: order)]
    let tensor = emit(function.operation, operands)
    return View(tensor: tensor, axes: order, shape: node.shape, batch: batch)
  }

  /// The axes that either tensor has, in the order of the larger one.
  private func commonOrder(_ a: View, _ b: View) -> [Int] {
    let prefersLeft =
      (a.axes.count, a.batch == nil ? 0 : 1) >= (b.axes.count, b.batch == nil ? 0 : 1)
    let (first, second) = prefersLeft ? (a, b) : (b, a)
    var order = first.axes
    for axis in second.axes where !order.contains(axis) {
      order.insert(axis, at: order.firstIndex { $0 > axis } ?? order.count)
    }
    return order
  }
}

extension BinaryFunction {
  fileprivate var operation: String {
    switch self {
    case .add: "Add"
    case .subtract: "Sub"
    case .multiply: "Mul"
    case .divide: "Div"
    case .maximum: "Max"
    case .minimum: "Min"
    }
  }
}

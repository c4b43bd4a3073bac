internal import GraphIR

/// The nodes and constants of an ONNX model, written one graph node after another.
struct Translation {
  let graph: Graph
  /// Names of the inputs, along whose leading axes the batch lies.
  let inputs: [String]
  private(set) var nodes: [ONNXNodeProto] = []
  /// Numbers and lists that nodes refer to by name.
  private(set) var constants: [ONNXTensorProto] = []
  /// Indices of the parameters that nodes refer to, in the order of first use.
  private(set) var usedParameters: [Int] = []
  private var names: Set<String>
  private var written: [ONNXNodeProto: String] = [:]
  private var constantNames: [String: String] = [:]
  private var views: [Int: View] = [:]

  /// - Parameter reserved: names that nodes and constants must not take.
  init(_ graph: Graph, inputs: [String], reserved: Set<String>) {
    (self.graph, self.inputs) = (graph, inputs)
    names = reserved
  }

  /// The value as the model holds it.
  ///
  /// - Precondition: its node has been written.
  subscript(value: Value) -> View {
    guard let view = views[value.index] else { preconditionFailure("%\(value.index) unwritten") }
    return view
  }

  /// Writes everything that `exported` depends on.
  mutating func write(_ exported: [Value]) throws(ExportError) {
    var needed = [Bool](repeating: false, count: graph.nodes.count)
    for value in exported { needed[value.index] = true }
    for index in graph.nodes.indices.reversed() where needed[index] {
      for operand in graph.nodes[index].operands { needed[operand.index] = true }
    }
    let folding = BiasFolding(graph, needed: needed, exported: exported)
    for (index, node) in graph.nodes.enumerated()
    where needed[index] && !folding.deferred.contains(index) {
      if let pair = folding.pairs[index] {
        views[index] = try product(graph[pair.product], bias: self[pair.bias])
      } else {
        views[index] = try view(of: node)
      }
    }
  }

  private mutating func view(of node: Node) throws(ExportError) -> View {
    let x = node.operands.map { self[$0] }
    // No `default`: a new operation must not compile without a translation.
    switch node.op {
    case .input(let name, let shape): return try inputView(name, shape)
    case .parameter(let index, let shape): return parameter(index, shape)
    case .constant(let value, let shape):
      return View(tensor: number(value), axes: [], shape: shape, batch: nil)
    case .random:
      throw ExportError(
        node.op.name, expected: "operations that depend on their operands alone", found: "noise",
        remedy: "Export the graph that uses the posterior's mean.")
    case .unary(let function): return x[0].with(tensor: unary(function, x[0].tensor))
    case .binary(let function): return try binary(function, x[0], x[1], node)
    case .sum(let axes): return try sum(x[0], axes, node)
    case .logSumExp(let axis): return try logSumExp(x[0], axis, node)
    case .broadcast(let shape, let axes): return x[0].renaming(axes, shape: shape)
    case .transpose(let order):
      return x[0].renaming(order.indices.map { order.firstIndex(of: $0)! }, shape: node.shape)
    case .reshape: return try reshape(x[0], node)
    case .slice(let axis, let start, let count):
      return try slice(x[0], axis: axis, start..<(start + count), node)
    case .pad(let axis, let before, let after):
      return try pad(x[0], axis: axis, before, after, node)
    case .concatenate(let axis): return try concatenate(x, axis: axis, node)
    case .gatherRows: return try gatherRows(x[0], x[1], node)
    case .matmul, .convolution, .convolutionInputGradient: return try product(node, bias: nil)
    case .scatterRows, .convolutionWeightGradient, .allReduce, .allGather, .reduceScatter:
      throw ExportError(
        node.op.name, expected: "operations of inference", found: "an operation of training",
        remedy: "Export the graph from before its differentiation.")
    case .stopGradient: return x[0]
    }
  }

  private func inputView(_ name: String, _ shape: Shape) throws(ExportError) -> View {
    guard inputs.contains(name) else {
      throw ExportError(
        "input \(name)", expected: "outputs that depend on \(inputs.joined(separator: ", ")) alone",
        found: "another input",
        remedy: "Export outputs that do not need \(name).")
    }
    let axes = shape.rank == 4 ? View.channelsFirst : Array(shape.extents.indices)
    return View(tensor: name, axes: axes, shape: shape, batch: 0)
  }

  private mutating func parameter(_ index: Int, _ shape: Shape) -> View {
    if !usedParameters.contains(index) { usedParameters.append(index) }
    return View(
      tensor: graph.parameters[index].name, axes: Array(shape.extents.indices), shape: shape,
      batch: nil)
  }

  // MARK: - Writing

  /// Writes an ONNX node with one result, or finds the equal one that is there.
  ///
  /// - Returns: the result's name.
  mutating func emit(
    _ operation: String, _ inputs: [String], _ attributes: [ONNXAttributeProto] = []
  ) -> String {
    var node = ONNXNodeProto()
    node.opType = operation
    node.input = inputs
    node.attribute = attributes
    if let name = written[node] { return name }
    let name = unusedName(operation)
    written[node] = name
    node.name = name
    node.output = [name]
    nodes.append(node)
    return name
  }

  /// A scalar constant's name.
  mutating func number(_ value: Double) -> String {
    constant("float \(value)", [], .float, [UInt8](littleEndian: [Float(value)]))
  }

  /// The name of a constant list of integers, as shapes and axes are given.
  mutating func integers(_ values: [Int]) -> String {
    constant("int \(values)", [values.count], .int64, [UInt8](littleEndian: values))
  }

  private mutating func constant(
    _ key: String, _ extents: [Int], _ type: ONNXTensorProto.DataType, _ bytes: [UInt8]
  ) -> String {
    if let name = constantNames[key] { return name }
    let name = unusedName("constant")
    constantNames[key] = name
    constants.append(ONNXTensorProto(name, extents, type, bytes))
    return name
  }

  private mutating func unusedName(_ base: String) -> String {
    var number = names.count
    while !names.insert("\(base)_\(number)").inserted { number += 1 }
    return "\(base)_\(number)"
  }

  /// Gives tensors other names.
  ///
  /// - Precondition: nodes write them, and none has one of the new names.
  mutating func rename(_ names: [String: String]) {
    for index in nodes.indices {
      nodes[index].input = nodes[index].input.map { names[$0] ?? $0 }
      nodes[index].output = nodes[index].output.map { names[$0] ?? $0 }
    }
  }

  /// Writes a node that gives a tensor a second name.
  mutating func copy(_ tensor: String, as name: String) {
    var node = ONNXNodeProto()
    node.opType = "Identity"
    node.name = name
    node.input = [tensor]
    node.output = [name]
    nodes.append(node)
  }
}

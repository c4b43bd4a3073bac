internal import FoundationEssentials
public import GraphIR
internal import SwiftProtobuf

/// An inference graph as an ONNX model: opset 17, IR version 8, one file with its parameters.
///
/// The graph is built for one row. Everything that depends on the input gets a dynamic leading axis
/// called `batch`. A graph has its channels last and ONNX has them first, so an input or output with
/// four axes, `[1, H, W, C]` in the graph, is `[batch, C, H, W]` in the model; the model's metadata
/// says so under `layout.<name>`. Other inputs and outputs are as in the graph. Parameters keep
/// their names, shapes and bits.
///
/// An output that does not depend on the input is repeated along the batch where the graph repeats
/// it along a leading axis of one row, and is written as it is elsewhere.
///
/// - Parameters:
///   - graph: an inference graph with one row and no noise.
///   - parameters: a parameter's elements, by its index in `graph.parameters`.
///   - name: the model's name.
///   - inputs: the graph's inputs that the model takes, one at least.
///   - outputNames: `.result` outputs, in the order that the model shall have.
///   - metadata: text that readers show, as key and value.
/// - Returns: the file's bytes.
/// - Throws: `ExportError` where the graph holds noise, a derivative for training, another input or
///   an operation across examples, where names or metadata keys collide or an output is missing, or
///   where the file would exceed the format's 2 GiB.
public func onnxModel(
  of graph: Graph, parameters: (Int) -> [Float], name: String, inputs: [String],
  outputNames: [String], metadata: [(String, String)]
) throws(ExportError) -> [UInt8] {
  precondition(!inputs.isEmpty, "an ONNX model takes an input")
  let shapes = try inputs.map { name throws(ExportError) in try shape(ofInput: name, in: graph) }
  let results = try results(outputNames, in: graph)
  let reserved = inputs + outputNames + graph.parameters.map(\.name)
  try requireDistinct(reserved, "names of inputs, outputs and parameters")
  var translation = Translation(graph, inputs: inputs, reserved: Set(reserved))
  try translation.write(results)
  var model = ONNXModelProto()
  model.graph.name = name
  model.graph.input = zip(inputs, shapes).map { ONNXValueInfoProto($0, $1, batch: 0) }
  model.graph.output = translation.export(results, as: outputNames)
  model.graph.node = translation.nodes
  for index in translation.usedParameters {
    model.graph.initializer.append(
      try initializer(graph.parameters[index], values: parameters(index)))
  }
  model.graph.initializer += translation.constants
  let images = (model.graph.input + model.graph.output).filter {
    $0.type.tensorType.shape.dim.count == 4
  }
  let layouts = images.map { ("layout.\($0.name)", "batch, channels, height, width") }
  try requireDistinct((metadata + layouts).map(\.0), "metadata keys")
  model.metadataProps = (metadata + layouts).map { key, value in
    var entry = ONNXStringStringEntryProto()
    (entry.key, entry.value) = (key, value)
    return entry
  }
  return try serialized(model)
}

private func shape(ofInput name: String, in graph: Graph) throws(ExportError) -> Shape {
  guard let shape = graph.inputs.first(where: { $0.name == name })?.shape else {
    throw ExportError(
      "input \(name)", expected: "one of \(graph.inputs.map(\.name))", found: "no such input",
      remedy: "Name an input of the graph.")
  }
  guard shape.rank > 0, shape[0] == 1 else {
    throw ExportError(
      "input \(name)", expected: "a leading axis with one row", found: "\(shape)",
      remedy: "Build the graph for one row.")
  }
  return shape
}

private func results(_ names: [String], in graph: Graph) throws(ExportError) -> [Value] {
  var values: [Value] = []
  for name in names {
    guard let value = graph.output(.result(name)) else {
      let known = graph.outputs.compactMap {
        if case .result(let name) = $0.role { name } else { nil }
      }
      throw ExportError(
        "output \(name)", expected: "one of \(known)", found: "no such result",
        remedy: "Name results of the graph.")
    }
    values.append(value)
  }
  return values
}

private func requireDistinct(_ names: [String], _ object: String) throws(ExportError) {
  var known: Set<String> = []
  for name in names where !known.insert(name).inserted {
    throw ExportError(
      object, expected: "distinct ones", found: "\(name) twice", remedy: "Rename one of them.")
  }
}

private func initializer(
  _ declaration: ParameterDeclaration, values: [Float]
) throws(ExportError) -> ONNXTensorProto {
  guard values.count == declaration.shape.count else {
    throw ExportError(
      "parameter \(declaration.name)",
      expected: "\(declaration.shape.count) numbers for the shape \(declaration.shape)",
      found: "\(values.count)", remedy: "Pass the parameters of this very graph.")
  }
  return ONNXTensorProto(
    declaration.name, declaration.shape.extents, .float, [UInt8](littleEndian: values))
}

private func serialized(_ model: ONNXModelProto) throws(ExportError) -> [UInt8] {
  var model = model
  model.irVersion = 8
  model.producerName = "vae-dp"
  var opset = ONNXOperatorSetIdProto()
  (opset.domain, opset.version) = ("", 17)
  model.opsetImport = [opset]
  do {
    return try model.serializedBytes()
  } catch {
    throw ExportError(
      "model \(model.graph.name)", expected: "a file of at most 2 GiB", found: "\(error)",
      remedy: "Export a smaller model, or its parameters as safetensors.")
  }
}

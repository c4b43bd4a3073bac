internal import Checkpoints
internal import Configuration
internal import Evaluation
internal import Examples
internal import Execution
internal import Export
internal import Files
internal import GraphIR
internal import GraphPasses
internal import HDF5
internal import Models
internal import Training

/// A format that trained models are handed over in.
public enum ExportFormat: String, Sendable, CaseIterable {
  /// `encoder.onnx` (x → mean, logVariance) and `decoder.onnx` (z → mean of p(x|z)).
  case onnx
  /// `model.safetensors`, with PyTorch's names and layouts.
  case safetensors
  /// `model.h5`: parameters and configuration, without what only training needs.
  case hdf5
}

extension TrainedModel {
  /// Writes the model.
  ///
  /// - Parameters:
  ///   - folder: made where it does not exist.
  /// - Returns: the files written.
  /// - Throws: `ExportError` where a graph has no counterpart in the format; `OutputError`.
  public func export(_ format: ExportFormat, to folder: String) throws -> [String] {
    if folder == defaultExportFolder { try LocalFileSystem().requireOwnFolder(folder) }
    try makeOutputFolder(folder)
    switch format {
    case .onnx:
      let model = runner.model
      let graphs = [
        ("encoder", model.encoderGraph(rows: 1)), ("decoder", model.decoderGraph(rows: 1)),
      ]
      return try graphs.map { name, graph in
        try write(onnx(graph.simplified(), name), to: "\(folder)/\(name).onnx")
      }
    case .safetensors:
      let arrays = parameters.map { (name: $0.name, shape: $0.shape, values: $0.values) }
      return [
        try write(
          Export.safetensors(arrays, metadata: metadata), to: "\(folder)/model.safetensors")
      ]
    case .hdf5: return [try writeHDF5(to: "\(folder)/model.h5")]
    }
  }

  private var metadata: [(String, String)] {
    let scale = environment.dataScale
    return [
      ("producer", "vae-dp \(programVersion)"), ("configuration", resolved.text(pretty: false)),
      ("preprocessing", "x = stored value × \(scale), float32"),
      ("step", "\(state.step)"),
    ]
  }

  private func onnx(_ graph: Graph, _ name: String) throws -> [UInt8] {
    let parameters = runner.parameters
    let inputs = graph.inputs.map(\.name)
    let outputs = graph.outputs.compactMap {
      if case .result(let name) = $0.role { name } else { nil }
    }
    let classes = runner.model.fields.compactMap { field in
      field.classes.flatMap { inputs.contains(field.name) ? ("classes.\(field.name)", $0) : nil }
    }
    return try onnxModel(
      of: graph, parameters: { parameters[$0] }, name: "\(configuration.name) \(name)",
      inputs: inputs, outputNames: outputs,
      metadata: metadata
        + classes.map { ($0, JSONNode.array($1.map(JSONNode.string)).text(pretty: false)) })
  }

  private func write(_ bytes: [UInt8], to path: String) throws -> String {
    try writeOutput(bytes, to: path)
    return path
  }

  private func writeHDF5(to path: String) throws -> String {
    try HDF5File.write(to: path) { file in
      for (key, value) in metadata { try file.setAttribute(key, of: "/", to: .string(value)) }
      for array in parameters {
        try file.write("/parameters/\(array.name)", shape: array.shape, values: array.values.span)
      }
    }
    return path
  }
}

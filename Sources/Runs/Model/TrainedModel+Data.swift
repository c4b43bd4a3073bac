internal import Containment
internal import Datasets
internal import Evaluation
public import Examples
internal import Foundation
internal import HDF5
internal import Models
internal import Training

extension TrainedModel {
  /// Examples to use the model on.
  ///
  /// - Parameters:
  ///   - split: `train`, `validation` or `test` as the configuration says, or a dataset's name.
  ///   - file: another HDF5 file than the configuration's; then datasets of it are taken whole,
  ///     the training dataset's counterpart where the configuration takes a fraction of it.
  /// - Throws: `RunError` where the configuration has no such split, `DatasetError` where the data
  ///   cannot be read or have another shape than the model's.
  public func examples(split: String, file: String? = nil) throws -> ExampleSet {
    var data = configuration.data
    data.file = try file ?? dataFile()
    let splits: [String: DataConfiguration.Split?] = [
      "train": .dataset(data.train), "validation": data.validation, "test": data.test,
    ]
    guard let wanted = splits[split] else { return try whole(split, of: data.file) }
    let found: ExampleSet?
    if let file {
      found = try wanted.map { wanted in
        if case .dataset(let name) = wanted { return try whole(name, of: file) }
        return try whole(data.train, of: file)
      }
    } else {
      let all = try RunData(data, seed: configuration.training.seed)
      try requireShape(all.exampleShape, data.file, data.train)
      found = split == "train" ? all.training : split == "test" ? all.test : all.validation
    }
    guard let found else {
      throw RunError(
        code: .noSplit, object: "--split \(split)", expected: "a split that the run has",
        found: wanted == nil ? "null at data.\(split)" : "no example in it",
        remedy: "Use --split train, or name a dataset of the file, such as --split \(data.train).")
    }
    return found
  }

  /// The file that the model was trained on; where `source` draws it, it need not exist.
  private func dataFile() throws -> String {
    let data = configuration.data
    let place = DataPlace.trained(data.file, run: runFolder)
    guard place.exists || data.generatedCount != nil else {
      throw RunError(
        code: .missing, object: data.file, expected: "the file that the model was trained on",
        found: "none of this name, neither where the run was made nor from the working folder",
        remedy: "Name an HDF5 file with --data FILE.")
    }
    return place.path
  }

  private func whole(_ dataset: String, of file: String) throws -> ExampleSet {
    let data = configuration.data
    try Containment.rehearse(file, datasets: [dataset])
    let examples = try DatasetReader.examples(
      file: file, dataset: dataset, layout: data.layout, scale: data.scale,
      missingChunks: data.missingChunks)
    try requireShape(examples.exampleShape, file, dataset)
    return ExampleSet(examples)
  }

  /// Where exports go unless another folder is given: `RUN/export`, or beside a single file.
  public var defaultExportFolder: String {
    let folder =
      runFolder.map { URL(filePath: $0) } ?? URL(filePath: file).deletingLastPathComponent()
    return folder.appending(path: "export").path(percentEncoded: false)
  }

  /// The run folder that the checkpoint lies in; nil for a file elsewhere.
  private var runFolder: String? {
    let folder = URL(filePath: file).deletingLastPathComponent()
    guard folder.lastPathComponent == "checkpoints" else { return nil }
    return folder.deletingLastPathComponent().path(percentEncoded: false)
  }

  private func requireShape(_ shape: [Int], _ file: String, _ dataset: String) throws {
    guard shape != runner.model.exampleShape else { return }
    throw DatasetError(
      code: .wrongShape, file: file, object: dataset,
      expected: "examples of shape \(runner.model.exampleShape), as the model has",
      found: "\(shape)", remedy: "Name other data with --data or --split.")
  }
}

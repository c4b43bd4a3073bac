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
    // What the model does not read need not be there.
    let model = runner.model
    data.fields = data.fields.filter { model.fieldNames.contains($0.name) }
    let splits: [String: DataConfiguration.Split?] = [
      "train": .dataset(data.train), "validation": data.validation, "test": data.test,
    ]
    guard let wanted = splits[split] else { return try whole(split, of: data) }
    let found: ExampleSet?
    if file != nil {
      found = try wanted.map { wanted in
        if case .dataset(let name, let named) = wanted {
          return try whole(name, of: data, named: named)
        }
        return try whole(data.train, of: data)
      }
    } else {
      let known = model.fields.filter { model.fieldNames.contains($0.name) }
      let all = try RunData(data, seed: configuration.training.seed, known: known)
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

  private func whole(
    _ dataset: String, of data: DataConfiguration, named: [String: String] = [:]
  ) throws -> ExampleSet {
    let (place, unknown) = data.place(of: dataset, named: named)
    guard let place else {
      throw RunError(
        code: .noSplit, object: "--split \(dataset)",
        expected: "a place of the field \(unknown?.name ?? ""), which the model reads beside it",
        found: "none", remedy: "Name it at data.test, and use --split test.")
    }
    try Containment.rehearse(data.file, datasets: place.datasets)
    let opened = try ExampleOpening(configuration: data)
      .open(place, like: RunData.trained(runner.model.fields))
    return ExampleSet(opened.source)
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
}

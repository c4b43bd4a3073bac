internal import Datasets
internal import Evaluation
internal import Foundation
internal import Models
public import Training

extension TrainedModel {
  /// Examples to use the model on.
  ///
  /// - Parameters:
  ///   - split: `train`, `validation` or `test` as the configuration says, or a dataset's name.
  ///   - file: another HDF5 file than the configuration's; then datasets of it are taken whole.
  /// - Throws: `RunError` where the configuration has no such split, `DatasetError` where the data
  ///   cannot be read or have another shape than the model's.
  public func examples(split: String, file: String? = nil) throws -> ExampleSet {
    var data = configuration.data
    data.file = file ?? data.file
    if ["train", "validation", "test"].contains(split) {
      let all = try RunData(data, seed: configuration.training.seed)
      try requireShape(all.exampleShape, data.file, data.train)
      let chosen = split == "train" ? all.training : split == "test" ? all.test : all.validation
      guard let chosen else {
        throw RunError(
          code: .noSplit, object: "--split \(split)", expected: "a split that the run has",
          found: "null at data.\(split)",
          remedy: "Use --split train, or name a dataset of the file, such as --split \(data.train)."
        )
      }
      return chosen
    }
    let examples = try DatasetReader.open(
      file: data.file, dataset: split, layout: data.layout, scale: data.scale)
    try requireShape(examples.exampleShape, data.file, split)
    return ExampleSet(examples)
  }

  /// Where exports go unless another folder is given: `RUN/export`, or beside a single file.
  public var defaultExportFolder: String {
    let folder = URL(filePath: file).deletingLastPathComponent()
    let isRun = folder.lastPathComponent == "checkpoints"
    return (isRun ? folder.deletingLastPathComponent() : folder).appending(path: "export")
      .path(percentEncoded: false)
  }

  private func requireShape(_ shape: [Int], _ file: String, _ dataset: String) throws {
    guard shape != runner.model.exampleShape else { return }
    throw DatasetError(
      code: .wrongShape, file: file, object: dataset,
      expected: "examples of shape \(runner.model.exampleShape), as the model has",
      found: "\(shape)", remedy: "Name other data with --data or --split.")
  }
}

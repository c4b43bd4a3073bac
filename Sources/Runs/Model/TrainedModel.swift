public import Checkpoints
public import Configuration
internal import DataParallel
public import Evaluation
internal import Files
internal import Foundation
internal import HDF5
internal import Host
public import Measuring
internal import Models
public import Training

/// A trained model from a run folder or a checkpoint file.
public struct TrainedModel {
  /// The configuration that it was trained with.
  public var configuration: RunConfiguration
  /// The configuration as it stands in the checkpoint.
  public var resolved: JSONNode
  /// The checkpoint's file.
  public var file: String
  /// The model with its parameters.
  public var runner: ModelRunner
  /// Parameters and running statistics, or their averages where the training kept them.
  public var parameters: [NamedArray]
  /// Where it was trained.
  public var environment: Environment
  /// Where its training stood.
  public var state: TrainingState

  /// Loads a model.
  ///
  /// - Parameters:
  ///   - path: a run folder, of which the best checkpoint is taken where validation told one, else
  ///     the last; or a checkpoint file.
  ///   - threads: threads to compute with; all that the process may use where nil.
  /// - Throws: `RunError`, `CheckpointError`, `ConfigurationError`.
  public init(_ path: String, threads: Int? = nil) throws {
    let checkpoint: Checkpoint
    (checkpoint, file) = try Self.load(path)
    let content = try CheckpointContent(checkpoint, file: file)
    (resolved, configuration) = (checkpoint.configuration, content.configuration)
    (environment, state) = (checkpoint.environment, checkpoint.snapshot.state)
    parameters = checkpoint.snapshot.weights
    try requireMemory(for: content.model)
    runner = try ModelRunner(
      content.model, parameters: parameters,
      threadCount: threads ?? availableThreadCount(), memoryLimit: availableMemory())
  }

  private static func load(_ path: String) throws -> (Checkpoint, String) {
    guard FileManager.default.fileExists(atPath: path) else {
      throw RunError(
        code: .missing, object: path, expected: "a run folder or a checkpoint file",
        found: "nothing", remedy: "Train one with: vae-dp train configs/conv.json")
    }
    let isFolder = (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil
    if !isFolder {
      let check = CheckpointContent.check
      return (try CheckpointLoader.load(path: path, check: check).checkpoint, path)
    }
    let loader = CheckpointLoader(folder: path + "/checkpoints", check: CheckpointContent.check)
    try LocalFileSystem().requireOwnFolder(loader.folder)
    guard let found = try (try? loader.loadBest()) ?? loader.loadLast() else {
      throw RunError(
        code: .missing, object: path, expected: "a run folder with checkpoints",
        found: "none in it",
        remedy: "Name a run folder, such as runs/conv.")
    }
    return (found.checkpoint, found.path)
  }
}

extension TrainedModel {
  /// Takes the fastest number of threads for decoding, by a short measurement.
  ///
  /// - Throws: errors of kernels.
  public func chooseThreads() throws -> ThreadChoice {
    let choice = try ThreadChoice(decodingWith: runner)
    runner.threadCount = choice.threads
    return choice
  }
}

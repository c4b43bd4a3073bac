public import Configuration
internal import Examples
internal import Host
public import Models
public import Training

/// What a training would begin with, all of its data looked at and nothing written.
public struct DryRun: Sendable {
  /// The configuration with all defaults filled in.
  public let configuration: JSONNode
  /// The model that would be trained.
  public let summary: ModelSummary
  /// Examples that it would learn from.
  public let exampleCount: Int
  /// What is strange about them and does no harm.
  public let warnings: [String]

  /// Does what a `TrainingRun` of the same arguments does before it touches its folder, and reads the rest of the data.
  ///
  /// - Throws: what the training would throw.
  public init(
    _ configuration: RunConfiguration, output: String? = nil, resume: Resume = .never,
    threads: Int? = nil, observe: (RunEvent) -> Void = { _ in }
  ) throws {
    let start = try configuration.preflight(output: output, resume: resume, observe: observe)
    warnings = try start.data.check(for: start.model, start.configuration.data)
    exampleCount = start.data.training.positions.count
    self.configuration = start.configuration.resolved(with: start.model)
    summary = ModelSummary(start.model, configuration.training, threads: threads)
  }
}

extension ModelSummary {
  /// Summarises a model as a training computes it.
  ///
  /// - Parameters:
  ///   - shards: parts of a minibatch; as many as a training on so many threads takes, where nil.
  ///   - threads: all that the process may use where nil.
  public init(
    _ model: Model, _ training: TrainingConfiguration, shards: Int? = nil, threads: Int? = nil
  ) {
    let cores = availableThreadCount()
    let shards =
      shards ?? training.defaultShards(for: model, threads: min(threads ?? cores, cores))
    self.init(
      model, rowsPerShard: max(1, training.batchSize / shards), stateCount: training.stateCount)
  }
}

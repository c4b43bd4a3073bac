internal import DataParallel
internal import Examples
internal import Execution
internal import Host
internal import Models
public import Runs
internal import Training

/// Checks of the promises that a training rests on, for one configuration, its data and this machine.
///
/// Nothing is written but a temporary folder, which goes again, and data that the configuration
/// draws. Each check is independent; where one cannot be made at all (a training that diverges, say),
/// it throws what stood in its way.
public struct Verification {
  /// What chooses directions, noise and the moments of kills.
  public let seed: UInt64
  let configuration: RunConfiguration
  let model: Model
  let data: RunData
  let shards: Int
  /// Seconds that opening the data took: what a process needs before its first step.
  let openingSeconds: Double
  let progress: (String) -> Void

  /// Opens the data and joins the model.
  ///
  /// - Parameters:
  ///   - seed: chooses directions, noise and the moments of kills.
  ///   - progress: told what is being done.
  /// - Throws: `ConfigurationError`, `DatasetError` or `HDF5Error`, as a training would.
  public init(
    _ configuration: RunConfiguration, seed: UInt64, progress: @escaping (String) -> Void = { _ in }
  ) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let ready = try configuration.preflight {
      guard case .preparing(let activity, let fraction) = $0 else { return }
      progress("\(activity) \(Int(fraction * 100)) %")
    }
    (data, model) = (ready.data, ready.model)
    try data.finishReading()
    openingSeconds = (clock.now - start) / .seconds(1)
    // With one shard, thread counts would have nothing to share out.
    let chosen = configuration.training.defaultShards(for: model, threads: availableThreadCount())
    let most = min(configuration.training.batchSize, data.training.positions.count)
    shards = configuration.training.shards ?? max(chosen, min(4, most))
    self.configuration = ready.configuration
    self.seed = seed
    self.progress = progress
  }

  /// A training of the configuration at its beginning, cut into the shards of all checks.
  func trainer(threads: Int) throws -> Trainer {
    try Trainer(
      model: model, configuration: configuration.training, shards: shards, threads: threads,
      training: data.training, validation: nil)
  }
}

internal import DataParallel
internal import Execution
internal import Host
internal import Models
internal import Training

/// The speed of training steps for several numbers of threads, and a model that explains it.
///
/// All of them compute the same shards, those of the largest number: shards are fixed when a training
/// starts and decide its bits, so this is what `--threads` changes in a training that goes on. What one
/// thread would reach in shards of its own choice is measured beside it.
public struct ScalingBenchmark: Sendable {
  /// What the model expects of a machine with more cores.
  public struct Prediction: Sendable {
    /// Its cores, all of which compute.
    public var cores: Int
    /// Parts of a minibatch: one per core, as far as there are examples.
    public var shards: Int
    /// Rows of the largest.
    public var rows: Int
    /// Seconds of a step.
    public var parts: StepModel.Parts
  }

  /// One measurement for each number of threads, in rising order; the first is one thread.
  public var results: [StepBenchmark]
  /// One thread with as many shards as it would choose itself; nil where they are the same.
  public var alone: StepBenchmark?
  /// The model, fitted to the results.
  public var model: StepModel
  /// The minibatch that was measured.
  public var cut: StepModel.Cut
  /// What the model expects of other machines.
  public var predictions: [Prediction]

  /// Trains a workload with each number of threads.
  ///
  /// - Parameters:
  ///   - threads: numbers of threads; 1 is measured in any case.
  ///   - seconds: length of a window.
  /// - Throws: `ConfigurationError` where the processor lacks the precision; errors of kernels.
  public init(
    _ workload: Workload, threads: [Int], seconds: Double, windows: Int = 5
  ) throws {
    let numbers = Set(threads + [1]).sorted()
    let trial = try TrialTraining(workload, threads: numbers.last ?? 1)
    let found = try trial.windows(threads: numbers, seconds: seconds, count: windows)
    results = zip(numbers, found).map { StepBenchmark(trial, threads: $0, windows: $1) }
    if workload.training.defaultShards(for: workload.model, threads: 1) != trial.shards {
      alone = try StepBenchmark(workload, threads: 1, seconds: seconds, windows: windows)
    }
    let middle = found.map { $0[$0.count / 2] }
    let stages = trial.trainer.stageCount
    let (count, deferred) = (trial.trainer.parameterCount, trial.trainer.deferredCount)
    let measured = try KernelProfile(workload, rows: trial.rowsPerShard)
    let gradients = measured.gradientSeconds
    let states = workload.training.stateCount
    func bytes(_ shards: Int) -> Double {
      StepModel.Cut.updateBytes(
        parameters: count, deferred: deferred, shards: shards, states: states)
    }
    let cut = StepModel.Cut(
      shards: trial.shards, shardSeconds: middle[0].shards.work / Double(trial.shards),
      gradientSeconds: gradients, updateBytes: bytes(trial.shards), stages: stages)
    // The largest number that the cores can serve tells what they do together.
    let full = numbers.lastIndex { $0 <= availableThreadCount() } ?? 0
    // What is left of the stage without its products, which are measured alone: no less than a tenth.
    func bandwidth(_ position: Int) -> Double {
      let work = middle[position].update.work
      return cut.updateBytes / max(work - gradients / Double(numbers[position]), work / 10)
    }
    let machine = StepModel.Machine(
      cores: numbers[full], bandwidthOfOne: bandwidth(0), bandwidthOfAll: bandwidth(full),
      stage: StageCost(threads: numbers[full]))
    let model = StepModel(
      fitting: zip(numbers, middle).map { ($0, $1.stepSeconds) }, cut: cut, machine: machine)
    (self.model, self.cut) = (model, cut)
    predictions = try [16, 64].map { cores in
      let shards = min(cores, workload.training.batchSize)
      let rows = (workload.training.batchSize + shards - 1) / shards
      // Alone and from warm caches; in steps a shard takes longer by the same factor as before.
      let seconds =
        try KernelProfile(workload, rows: rows).seconds * cut.shardSeconds / measured.seconds
      let other = StepModel.Cut(
        shards: shards, shardSeconds: seconds, gradientSeconds: gradients,
        updateBytes: bytes(shards), stages: stages)
      return Prediction(
        cores: cores, shards: shards, rows: rows,
        parts: model.parts(threads: cores, cut: other, on: machine.widened(to: cores)))
    }
  }
}

internal import DataParallel
internal import Examples
internal import Host
internal import Models
internal import Training

/// A training on made-up examples in memory that is thrown away: what measurements work on.
struct TrialTraining {
  /// Some steps in a row.
  struct Window {
    /// Seconds of a step.
    var stepSeconds: Double
    /// Of these, the first stage.
    var shards: StageClock.Times
    /// And the others.
    var update: StageClock.Times
  }

  let workload: Workload
  let shards: Int
  let examples: ExampleSet
  let trainer: Trainer

  /// A training at its beginning.
  ///
  /// - Parameters:
  ///   - threads: the most that will compute; shards are the workload's, or as a training's that
  ///     starts with so many: its default for them, or for the cores where these are fewer.
  /// - Throws: `ConfigurationError` where the processor lacks the precision.
  init(_ workload: Workload, threads: Int) throws {
    let (model, training) = (workload.model, workload.training)
    try training.checkPrecision()
    self.workload = workload
    shards = training.defaultShards(
      for: model, threads: min(threads, availableThreadCount()))
    examples = workload.examples()
    trainer = try Trainer(
      model: model, configuration: training, shards: shards, threads: threads, training: examples,
      validation: nil)
  }

  /// Rows of the largest shard.
  var rowsPerShard: Int { (workload.training.batchSize + shards - 1) / shards }

  /// Measures the steady state with each number of threads: the windows, fastest first. Numbers take
  /// turns, so that a slow minute of the machine meets all of them.
  ///
  /// - Parameter seconds: length of a window.
  func windows(threads: [Int], seconds: Double, count windows: Int) throws -> [[Window]] {
    try trainer.measureSteps(count: 10)
    let steps = try threads.map { number in
      trainer.threads = number
      try trainer.measureSteps(count: 2)
      return max(3, Int(seconds * 3 / (try trainer.measureSteps(count: 3))))
    }
    var found = threads.map { _ in [Window]() }
    for _ in 0..<windows {
      for index in threads.indices {
        trainer.threads = threads[index]
        found[index].append(try window(steps: steps[index]))
      }
    }
    return found.map { $0.sorted { $0.stepSeconds < $1.stepSeconds } }
  }

  private func window(steps: Int) throws -> Window {
    let clock = trainer.startClock()
    let seconds = try trainer.measureSteps(count: steps)
    return Window(
      stepSeconds: seconds / Double(steps), shards: clock.shards / Double(steps),
      update: clock.update / Double(steps))
  }
}

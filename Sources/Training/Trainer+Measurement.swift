public import DataParallel
internal import Execution

/// For benchmarks and trials.
extension Trainer {
  /// Threads that compute a step, up to the number that the trainer was made for. They change no bit,
  /// so that they may change between steps.
  public var threads: Int {
    get { engine.workerCount }
    set { engine.workerCount = newValue }
  }

  /// Times the stages of the steps to come.
  public func startClock() -> StageClock {
    let clock = StageClock(workerCount: threads)
    engine.clock = clock
    return clock
  }

  /// Floats of parameters and running statistics.
  public var parameterCount: Int { engine.parameters.table.count }

  /// Those of them whose gradients are made over whole minibatches.
  public var deferredCount: Int { engine.deferredCount }

  /// Stages of a step, as long as nothing comes near the end of float32.
  public var stageCount: Int { engine.stageCount(needsNorms: configuration.needsNorms) }
}

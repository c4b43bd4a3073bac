internal import DataParallel
internal import Diagnosis
internal import Examples
internal import Models

/// What becomes of a step that was not finite.
extension Trainer {
  /// What is done about a step that was not applied, by the configuration and what went before.
  func report(_ cause: NonFiniteStep) -> NonFiniteReport {
    var report = NonFiniteReport(
      cause: cause, step: state.step + 1, epoch: epochPosition, action: .stop)
    let counts = state.nonFiniteCounts
    switch configuration.onNonFinite {
    case .stop: break
    case .skip(let limit):
      if counts.skippedInARow >= limit {
        report.limit = "\(limit) steps in a row were left out already"
      } else if stepEnd == training.positions.count, state.epochSums.exampleCount == 0 {
        report.limit = "all steps of the epoch would be left out"
      } else {
        report.action = .skip
      }
    case .rollback(let limit):
      if counts.rollbacks >= limit {
        report.limit = "the training went back \(limit) times already"
      } else {
        report.action = .rollback
      }
    }
    return report
  }

  /// Goes on behind the step that was not applied.
  func skipStep() {
    state.offset = stepEnd
    state.step += 1
    var counts = state.nonFiniteCounts
    counts.skippedSteps += 1
    counts.skippedInARow += 1
    state.nonFinite = counts
  }

  /// Goes back to where a snapshot was taken, to make the same steps again at half the learning rate
  /// that the training has now.
  ///
  /// The state that this leaves is a function of the snapshot and of how often the training went back
  /// before; so a training that is killed at any moment comes to the same.
  ///
  /// - Parameter best: the snapshot of the best epoch, where it is not the one known now.
  /// - Throws: as `restore`.
  public func rollBack(to snapshot: TrainingSnapshot, best: TrainingSnapshot?) throws {
    let failed = state
    try restore(snapshot, best: best)
    if state.best != failed.best, best == nil { bestWeights = nil }
    var counts = state.nonFiniteCounts
    counts.rollbacks = failed.nonFiniteCounts.rollbacks + 1
    (counts.failedStep, counts.returnStep) = (failed.step + 1, state.step)
    counts.learningRateFactor = failed.nonFiniteCounts.learningRateFactor / 2
    state.nonFinite = counts
    state.secondsInSteps = failed.secondsInSteps
  }

  /// Steps that were left out; nil for none.
  var skippedSteps: Int? {
    state.nonFinite.flatMap { $0.skippedSteps == 0 ? nil : $0.skippedSteps }
  }

  /// Where the next step's minibatch ends in the epoch's order.
  var stepEnd: Int { min(state.offset + configuration.batchSize, training.positions.count) }
}

internal import DataParallel
internal import Examples
internal import Execution
internal import GraphRuns
internal import Models
internal import RandomStreams

/// What happens between epochs: validation, the best epoch, early stopping.
extension Trainer {
  /// Closes the epoch and notes what it came to.
  func endEpoch() throws -> EpochRecord {
    guard let training = state.epochSums.metrics(engine.metricRange, terms: model.termNames) else {
      preconditionFailure("an epoch without an example")
    }
    let rate = learningRate(offset: state.offset)
    state.epoch += 1
    state.offset = 0
    let validation = try validate()
    let objective = (validation ?? training).objective
    // Validation weighs with β at the epoch's end; the epoch's own means, with all that it had.
    let moment = validation == nil ? state.epoch - 1 : state.epoch
    let isComparable = Double(moment) >= model.warmUpEndEpoch
    let isBest = isComparable && note(objective)
    if isComparable { observePlateaus(objective) }
    let record = EpochRecord(
      epoch: state.epoch, step: state.step, training: training, validation: validation,
      gradientNorm: state.epochSums.gradientNorms / Double(state.epochSums.stepCount),
      learningRate: rate, samplesPerSecond: samplesPerSecond, isBest: isBest,
      skippedSteps: skippedSteps)
    state.history.append(record)
    state.epochSums.clear()
    state.epochSeconds = 0
    return record
  }

  private func observePlateaus(_ objective: Double) {
    for (index, group) in configuration.groups.enumerated() {
      group.schedule.plateau?.observe(objective, in: &state.plateaus[index])
    }
  }

  /// What the model is used with: the average of the parameters where one is kept, else the parameters.
  var weights: ParameterMemory { engine.average ?? engine.parameters }

  /// Measures the validation examples with the weights as they are; nil without such examples.
  public func validate() throws -> Metrics? {
    guard let validation, !validation.positions.isEmpty else { return nil }
    let stream = Stream(seed: UInt64(configuration.seed), purpose: .validation)
    // After the warm-up the objective keeps its meaning, in cycles too: a hair before their end,
    // where they begin anew.
    let epoch = min(Double(state.epoch), model.warmUpEndEpoch).nextDown
    let moment = Moment(epoch: epoch, exampleCount: validation.positions.count)
    let results = try validator.run(
      validation.positions, from: validation.source, parameters: weights,
      scalars: model.scalars(at: moment).map { Float($0) },
      noise: (stream.key, UInt32(truncatingIfNeeded: state.epoch)))
    return Metrics(results, terms: model.termNames)
  }

  /// Notes the objective of an epoch after the warm-up; true where it is the best. During the warm-up the
  /// objective changes its meaning, so nothing is compared with it. One that is not finite is no
  /// improvement.
  private func note(_ objective: Double) -> Bool {
    let needed = configuration.earlyStopping?.minimumImprovement ?? 0
    let limit = state.best.map { $0.objective - needed } ?? .infinity
    guard objective < limit else {
      state.epochsSinceBest += 1
      return false
    }
    state.best = TrainingState.Best(epoch: state.epoch, objective: objective)
    state.epochsSinceBest = 0
    return true
  }

  var shouldStopEarly: Bool {
    guard let rule = configuration.earlyStopping else { return false }
    return state.epochsSinceBest > rule.patience
  }

  private var restoresBest: Bool { configuration.earlyStopping?.restoreBest ?? false }

  /// Keeps the weights of the best epoch, where the training is to end with them.
  func keepBest() {
    guard restoresBest else { return }
    let best = bestWeights ?? ParameterMemory(engine.parameters.table)
    best.copy(weights)
    bestWeights = best
  }

  /// Ends the training with the weights of its best epoch, where that is wanted.
  func restoreBest() {
    if restoresBest, let bestWeights { weights.copy(bestWeights) }
  }
}

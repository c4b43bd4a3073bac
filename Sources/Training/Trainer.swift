internal import DataParallel
internal import Diagnosis
public import Examples
internal import Execution
internal import GraphIR
internal import GraphPasses
internal import GraphRuns
internal import Host
public import Models
internal import Optimizers
internal import RandomStreams
internal import Teamwork

/// What the caller of a training wants after a step or an epoch.
public enum Directive: Sendable, Hashable {
  case proceed
  /// Stop here; the training can go on later.
  case stop
}

/// Running means since the last report.
public struct StepReport: Sendable, Hashable, Codable {
  /// Optimiser steps so far.
  public var step: Int
  /// Passes over the data so far, with their fraction.
  public var epoch: Double
  /// Means since the last report.
  public var metrics: Metrics
  /// Mean of the gradient's norm before clipping.
  public var gradientNorm: Double
  /// Learning rate of the last step.
  public var learningRate: Double
  /// Training examples per second in this epoch so far.
  public var samplesPerSecond: Double
  /// Steps so far that were left out because they were not finite; nil for none.
  public var skippedSteps: Int?
}

/// The coordinator: takes a model through epochs of minibatches. Prints nothing, knows no file names.
public final class Trainer {
  /// The model that is trained.
  public let model: Model
  /// How it is trained.
  public let configuration: TrainingConfiguration
  /// Where the training stands.
  public internal(set) var state: TrainingState
  let engine: StepEngine
  let training: ExampleSet
  let validation: ExampleSet?
  let validator: ChunkRunner
  var bestWeights: ParameterMemory?
  let grouped: GroupedParameters
  private let noiseKey: UInt64
  private let availableThreads = availableThreadCount()
  private var order: [UInt32] = []
  /// Values of the objective's scalars, written anew in every step.
  private var scalars: [Float]
  /// What the step does to each group of parameters, likewise.
  private var updates: [GroupUpdate] = []

  /// A training at its beginning.
  ///
  /// - Parameters:
  ///   - shards: parts of a minibatch; the configuration's number where it has one.
  ///   - threads: threads that compute them.
  ///   - training: what is learnt from, at least one example, with the fields that the model reads.
  ///   - validation: what early stopping looks at.
  /// - Throws: what is wrong with the examples that parameters begin as.
  public init(
    model: Model, configuration: TrainingConfiguration, shards: Int, threads: Int,
    training: ExampleSet, validation: ExampleSet?
  ) throws {
    precondition(!training.positions.isEmpty, "a training needs an example")
    self.model = model
    self.configuration = configuration
    let training = Self.selecting(model.fieldNames, of: training)
    let validation = validation.map { Self.selecting(model.fieldNames, of: $0) }
    self.training = training
    self.validation = validation
    let shards = configuration.shards ?? shards
    state = TrainingState(shards: shards, window: training.source.window)
    let table = ParameterTable(model.parameters)
    let seed = UInt64(configuration.seed)
    let grouped = GroupedParameters(configuration, of: model)
    self.grouped = grouped
    engine = StepEngine(
      model.players(
        on: training.source, precision: configuration.precision, changing: grouped.isChanged),
      groups: grouped.indices,
      parameters: try ParameterMemory(table, seed: seed, from: training),
      stateCount: configuration.optimizerStateCount, isAveraged: configuration.average != nil,
      batchSize: min(configuration.batchSize, training.positions.count), shardCount: shards,
      threadCount: threads, fewestRows: model.fewestRows.count)
    for index in table.entries.indices where grouped.isTrained(index) {
      let optimizer = configuration.groups[grouped.indices[index]].optimizer
      for memory in engine.states.prefix(optimizer.stateNames.count) {
        memory[index] = [Float](
          repeating: optimizer.initialState, count: table.entries[index].range.count)
      }
    }
    let evaluation = PlanFamily(
      table: table, fieldNames: model.fieldNames, scalarNames: model.scalarNames,
      sparsity: validation?.source.sparsity ?? [:]
    ) { model.evaluationGraph(rows: $0) }
    validator = ChunkRunner(
      evaluation, chunkRows: max(1, 128 / model.samplesPerExample), threadCount: threads)
    noiseKey = Stream(seed: seed, purpose: .training).key
    scalars = [Float](repeating: 0, count: model.scalarNames.count)
    state.plateaus = configuration.groups.map { _ in PlateauState() }
    state.epochSums.sums = [Double](repeating: 0, count: engine.metricCount)
    state.reportSums = state.epochSums
  }

  private static func selecting(_ fields: [String], of examples: ExampleSet) -> ExampleSet {
    do {
      return ExampleSet(try examples.source.selecting(fields), positions: examples.positions)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// Passes over the data so far, with their fraction.
  public var epochPosition: Double {
    Double(state.epoch) + Double(state.offset) / Double(training.positions.count)
  }

  /// Passes over the data that the whole training makes: where its last step ends.
  public var totalEpochs: Double {
    min(configuration.epochs.map(Double.init) ?? .infinity, epochsOfSteps)
  }

  /// Where the last of `training.steps` ends: a step of an epoch with a ragged end is a larger part of it
  /// than one by the number of its steps.
  private var epochsOfSteps: Double {
    guard let steps = configuration.steps else { return .infinity }
    let (epochs, rest) = steps.quotientAndRemainder(dividingBy: stepsPerEpoch)
    return Double(epochs)
      + Double(rest * configuration.batchSize) / Double(training.positions.count)
  }

  /// Minibatches of an epoch, the ragged last one included.
  public var stepsPerEpoch: Int {
    (training.positions.count + configuration.batchSize - 1) / configuration.batchSize
  }

  /// Bytes that the engine works in, parameters and what is kept of them included.
  public var byteCount: Int {
    engine.workingByteCount + parameterCount * 4 * (1 + configuration.stateCount)
  }

  /// Trains until the end, or until the caller stops it.
  ///
  /// - Parameters:
  ///   - afterStep: called after each step; the report is there every so many steps.
  ///   - afterEpoch: called after each epoch's validation.
  ///   - whenNonFinite: told of each step that was not applied; where the report wants a rollback, it
  ///     goes back with `rollBack` and returns true.
  /// - Throws: `NonFiniteReport`, `ShardFailure`, or what the callbacks throw.
  public func run(
    afterStep: (Trainer, StepReport?) throws -> Directive,
    afterEpoch: (Trainer, EpochRecord) throws -> Directive,
    whenNonFinite: (Trainer, NonFiniteReport) throws -> Bool = { _, _ in false }
  ) throws -> StopReason {
    try together {
      try run(stepping: afterStep, closing: afterEpoch, failing: whenNonFinite)
    }
  }

  /// Runs a body with a team at hand; threads beyond the processors would only take turns.
  private func together<Value>(_ body: () throws -> Value) rethrows -> Value {
    try Team.during(workers: min(engine.workerCount, availableThreads), body)
  }

  private func run(
    stepping afterStep: (Trainer, StepReport?) throws -> Directive,
    closing afterEpoch: (Trainer, EpochRecord) throws -> Directive,
    failing whenNonFinite: (Trainer, NonFiniteReport) throws -> Bool
  ) throws -> StopReason {
    if let ended = state.ended { return ended }
    order = shuffled()
    while !isComplete || isEpochDone {
      // A training that was stopped after an epoch's last step goes on with the epoch's end.
      if !isEpochDone {
        if let report = try step() {
          let isBack = try whenNonFinite(self, report)
          switch report.action {
          case .skip: skipStep()
          case .rollback where isBack:
            order = shuffled()
            continue
          case .stop, .rollback: throw report
          }
        }
        if try afterStep(self, takeReport()) == .stop { return .interrupted }
      }
      guard isEpochDone else { continue }
      let record = try endEpoch()
      if record.isBest { keepBest() }
      if shouldStopEarly {
        state.ended = .stoppedEarly
      } else if isComplete {
        state.ended = .completed
      }
      if state.ended != nil { restoreBest() }
      let directive = try afterEpoch(self, record)
      if let ended = state.ended { return ended }
      if directive == .stop { return .interrupted }
      order = shuffled()
    }
    state.ended = .completed
    restoreBest()
    return .completed
  }

  /// Whether all examples of the epoch are done, but not its end.
  private var isEpochDone: Bool { state.offset == training.positions.count }

  /// Makes steps without end, over the epochs' orders, and returns the seconds that they took: for
  /// benchmarks. Epochs are not validated and no report is made.
  @discardableResult
  public func measureSteps(count: Int) throws -> Double {
    try together {
      let clock = ContinuousClock()
      let start = clock.now
      for _ in 0..<count {
        if order.isEmpty || state.offset == training.positions.count {
          state.offset = 0
          order = shuffled()
        }
        if let report = try step() { throw report }
      }
      return (clock.now - start) / .seconds(1)
    }
  }

  var isComplete: Bool {
    state.epoch >= configuration.epochs ?? .max || state.step >= configuration.steps ?? .max
  }

  /// The epoch's order of examples, which are read ahead from where the training stands.
  private func shuffled() -> [UInt32] {
    let order = EpochOrder(seed: configuration.seed, window: state.window)
      .positions(training.positions, epoch: state.epoch)
    training.source.expect(order, from: state.offset)
    return order
  }

  /// Makes a step; the report where it was not applied, and nothing has changed.
  private func step() throws -> NonFiniteReport? {
    let end = stepEnd
    takeUpdates(offset: end)
    let moment = Moment(epoch: epochPosition, exampleCount: training.positions.count)
    for index in scalars.indices {
      scalars[index] = Float(model.scalar(index, at: moment))
    }
    let averageWeight = self.averageWeight
    let clock = ContinuousClock()
    let start = clock.now
    let outcome: StepOutcome
    do {
      outcome = try engine.step(
        order, state.offset..<end, from: training.source, scalars: scalars,
        noise: (noiseKey, UInt32(truncatingIfNeeded: state.step)), updates: updates,
        averageWeight: averageWeight)
    } catch let cause as NonFiniteStep {
      return report(cause)
    }
    let seconds = (clock.now - start) / .seconds(1)
    state.secondsInSteps += seconds
    state.epochSeconds += seconds
    if isAveraging { state.averagedSteps = (state.averagedSteps ?? 0) + 1 }
    state.step += 1
    state.offset = end
    state.nonFinite?.skippedInARow = 0
    add(outcome, to: &state.epochSums)
    add(outcome, to: &state.reportSums)
    return nil
  }

  /// Writes what the step that ends at an example of the current epoch does to each group.
  private func takeUpdates(offset end: Int) {
    // Optimisers count the steps that they have made.
    let count = state.step + 1 - (skippedSteps ?? 0)
    for (index, group) in configuration.groups.enumerated() {
      let rule = group.optimizer.rule(rate: learningRate(offset: end, group: index), count: count)
      let update = GroupUpdate(rule: rule, penalty: group.penalty, clipNorm: group.clipNorm)
      if index < updates.count { updates[index] = update } else { updates.append(update) }
    }
  }

  /// A group's learning rate in the step that ends at an example of the current epoch.
  func learningRate(offset end: Int, group index: Int = 0) -> Double {
    let group = configuration.groups[index]
    let progress = Double(state.epoch) + Double(end) / Double(training.positions.count)
    let factor = group.schedule.factor(atEpoch: progress, of: totalEpochs)
    return group.optimizer.learningRate * factor * state.plateaus[index].factor
      * state.nonFiniteCounts.learningRateFactor
  }

  /// Whether the step that begins here comes to the average of the parameters.
  private var isAveraging: Bool {
    configuration.average.map { epochPosition >= $0.fromEpoch } ?? false
  }

  /// What the parameters that this step leads to weigh in their average, all before it begins; nil without one.
  private var averageWeight: Double? {
    guard let average = configuration.average else { return nil }
    return isAveraging ? average.weight(count: (state.averagedSteps ?? 0) + 1) : 1
  }

  private func add(_ outcome: StepOutcome, to sums: inout MetricSums) {
    sums.add(engine)
    sums.gradientNorms += outcome.gradientNorm
    sums.stepCount += 1
  }

  private func takeReport() -> StepReport? {
    guard state.reportSums.stepCount >= configuration.reportEverySteps,
      let metrics = state.reportSums.metrics(engine.metricRange, terms: model.termNames)
    else { return nil }
    defer { state.reportSums.clear() }
    return StepReport(
      step: state.step, epoch: epochPosition, metrics: metrics,
      gradientNorm: state.reportSums.gradientNorms / Double(state.reportSums.stepCount),
      learningRate: learningRate(offset: state.offset), samplesPerSecond: samplesPerSecond,
      skippedSteps: skippedSteps)
  }

  var samplesPerSecond: Double {
    Double(state.epochSums.exampleCount) / max(state.epochSeconds, 1e-9)
  }
}

import Configuration
import DataParallel
import Diagnosis
import Testing
import Training

/// What becomes of a training whose steps are not finite.
@Suite struct NonFinitePolicyTests {
  /// 22 training examples in six steps, the last of two; some rows are no numbers.
  private func sample(_ policy: String, bad: Set<Int>, epochs: Int = 2) -> TrainingSample {
    TrainingSample.autoencoder(
      """
      { "batchSize": 4, "epochs": \(epochs), "seed": 3, "reportEverySteps": 2,
        "onNonFinite": \(policy) }
      """, value: { bad.contains($0) ? .nan : TrainingSample.pattern($0, $1) })
  }

  @Test(arguments: [
    ("\"stop\"", NonFinitePolicy.stop), ("\"skip\"", .skip(limit: 10)),
    ("{ \"skip\": { \"limit\": 3 } }", .skip(limit: 3)), ("\"rollback\"", .rollback(limit: 3)),
    ("{ \"rollback\": { \"limit\": 7 } }", .rollback(limit: 7)),
  ])
  func theConfigurationSaysWhatToDo(json: String, policy: NonFinitePolicy) throws {
    let configuration = sample(json, bad: []).configuration
    #expect(configuration.onNonFinite == policy)
    let again = try TrainingConfiguration(reading: configuration.resolved)
    #expect(again.onNonFinite == policy && again.resolved == configuration.resolved)
  }

  @Test func aSkippedStepAdvancesAndIsCounted() throws {
    let trainer = sample("\"skip\"", bad: [5]).trainer(threads: 2)
    var (reports, steps): ([NonFiniteReport], [Int]) = ([], [])
    var parameters = trainer.parameters
    let reason = try trainer.run(
      afterStep: { trainer, report in
        steps.append(trainer.state.step)
        let isSkipped = reports.last?.step == trainer.state.step
        #expect((bits(trainer.parameters) == bits(parameters)) == isSkipped)
        parameters = trainer.parameters
        if let report, !reports.isEmpty { #expect(report.skippedSteps == reports.count) }
        return .proceed
      }, afterEpoch: { _, _ in .proceed },
      whenNonFinite: { _, report in
        reports.append(report)
        return false
      })
    #expect(reason == .completed && steps == Array(1...12))
    // Once in each epoch.
    #expect(reports.count == 2 && reports.allSatisfy { $0.action == .skip })
    #expect(reports.allSatisfy { $0.cause.example == 5 && $0.cause.minibatch.contains(5) })
    #expect(trainer.state.nonFinite?.skippedSteps == 2)
    #expect(trainer.state.history.map(\.skippedSteps) == [1, 2])
    #expect(trainer.state.history.allSatisfy { $0.training.objective.isFinite })
    let again = try TrainingState(json: trainer.state.json())
    #expect(again.nonFinite == trainer.state.nonFinite)
  }

  /// More than the limit, or a whole epoch.
  @Test func tooManyInARowStopTheTraining() throws {
    let trainer = sample("{ \"skip\": { \"limit\": 2 } }", bad: Set(0..<22)).trainer(threads: 2)
    let error = #expect(throws: NonFiniteReport.self) { try trainer.run() }
    #expect(error?.step == 3 && error?.action == .stop)
    #expect(error?.limit == "2 steps in a row were left out already")
    #expect(trainer.state.step == 2 && trainer.state.nonFinite?.skippedInARow == 2)
    let epoch = sample("\"skip\"", bad: Set(0..<22)).trainer(threads: 2)
    let end = #expect(throws: NonFiniteReport.self) { try epoch.run() }
    #expect(end?.step == 6)
    #expect(end?.limit == "all steps of the epoch would be left out")
    #expect(end?.description.contains("The step was not applied; all steps") == true)
  }

  /// The optimiser counts the steps that it made: a first step that is left out leaves no trace in it.
  @Test func skippedStepsDoNotCountForTheOptimiser() throws {
    let stopped = sample("\"stop\"", bad: Set(0..<22)).trainer(threads: 2)
    let error = #expect(throws: NonFiniteReport.self) { try stopped.run() }
    let first = try #require(error?.cause.minibatch.map { Int($0) })
    let skipping = sample("\"skip\"", bad: Set(first)).trainer(threads: 2)
    let before = bits(skipping.parameters)
    var steps = 0
    _ = try skipping.run(
      afterStep: { _, _ in
        steps += 1
        return steps == 2 ? .stop : .proceed
      }, afterEpoch: { _, _ in .proceed })
    #expect(skipping.state.nonFinite?.skippedSteps == 1)
    // Adam's first step moves every parameter with a gradient by the learning rate.
    let moved =
      skipping.parameters.flatMap { array in
        zip(array.values, before[array.name] ?? []).map { abs($0 - Float(bitPattern: $1)) }
      }.max() ?? 0
    #expect(abs(moved - 1e-3) < 1e-5)
  }

  @Test func withoutACheckpointThereIsNoWayBack() throws {
    let trainer = sample("\"rollback\"", bad: [5]).trainer(threads: 2)
    let error = #expect(throws: NonFiniteReport.self) { try trainer.run() }
    #expect(error?.action == .rollback)
    #expect(trainer.state.nonFinite == nil)
  }

  /// Back in place and count, at half the rate; what the time was spent on stays.
  @Test func goingBackHalvesTheLearningRate() throws {
    let trainer = sample("{ \"rollback\": { \"limit\": 2 } }", bad: [2]).trainer(threads: 2)
    let start = trainer.snapshot()
    var actions: [NonFiniteReport.Action] = []
    var rates: [Double] = []
    let error = #expect(throws: NonFiniteReport.self) {
      try trainer.run(
        afterStep: { _, report in
          if let report { rates.append(report.learningRate) }
          return .proceed
        }, afterEpoch: { _, _ in .proceed },
        whenNonFinite: { trainer, report in
          actions.append(report.action)
          guard report.action == .rollback else { return false }
          try trainer.rollBack(to: start, best: nil)
          #expect(trainer.state.step == 0 && trainer.state.offset == 0)
          #expect(bits(trainer.parameters) == bits(start.parameters))
          return true
        })
    }
    #expect(actions == [.rollback, .rollback, .stop])
    #expect(error?.limit == "the training went back 2 times already")
    #expect(trainer.state.nonFinite?.rollbacks == 2)
    #expect(trainer.state.nonFinite?.learningRateFactor == 0.25)
    #expect(Set(rates).isSubset(of: [1e-3, 5e-4, 2.5e-4]))
    let failed = error?.step
    #expect(trainer.state.nonFinite?.failedStep == failed)
    #expect(trainer.state.nonFinite?.returnStep == 0)
  }

  /// A validation that is not finite is no improvement, in the first epoch neither.
  @Test func aValidationThatIsNotFiniteIsNeverTheBest() throws {
    let trainer = sample("\"stop\"", bad: [28], epochs: 6).trainer(threads: 2)
    try trainer.run()
    #expect(trainer.state.history.allSatisfy { !$0.isBest })
    #expect(trainer.state.best == nil)
  }
}

import Configuration
import Foundation
import Testing
import Training

@Suite struct ScheduleTests {
  private func schedule(_ json: String) throws -> any Schedule {
    let node = try JSONNode.parse("{ \"schedule\": \(json) }", file: nil)
    return try TrainingConfiguration(reading: node).groups[0].schedule
  }

  @Test func constantIsOneAlways() throws {
    let schedule = try schedule("\"constant\"")
    #expect([0.1, 5, 100].map { schedule.factor(atEpoch: $0, of: 10) } == [1, 1, 1])
    #expect(schedule.plateau == nil)
  }

  @Test func linearWarmUpRisesAndStays() throws {
    let schedule = try schedule("{ \"linearWarmUp\": { \"epochs\": 4 } }")
    let factors = [0, 0.5, 1, 3, 4, 4.5, 1000].map { schedule.factor(atEpoch: $0, of: 10) }
    #expect(factors == [0, 0.125, 0.25, 0.75, 1, 1, 1])
  }

  @Test func linearWarmUpTakesOneEpochByDefault() throws {
    let schedule = try schedule("\"linearWarmUp\"")
    #expect([0.25, 1, 2].map { schedule.factor(atEpoch: $0, of: 10) } == [0.25, 1, 1])
  }

  @Test func cosineFallsFromOneToTheFinalFactor() throws {
    let schedule = try schedule("{ \"cosine\": { \"warmUpEpochs\": 2, \"finalFactor\": 0.2 } }")
    func factor(_ epoch: Double) -> Double { schedule.factor(atEpoch: epoch, of: 10) }
    #expect(factor(0) == 0)
    #expect(factor(1) == 0.5)
    #expect(factor(2) == 1)
    #expect(abs(factor(6) - 0.6) < 1e-15)
    // A third of the way: cos 60° = ½.
    #expect(abs(factor(2 + 8.0 / 3) - (0.2 + 0.8 * 0.75)) < 1e-15)
    #expect(abs(factor(10) - 0.2) < 1e-15)
    #expect(factor(11) == factor(10))
  }

  @Test func cosineWithoutOptionsFallsToZero() throws {
    let schedule = try schedule("\"cosine\"")
    #expect(schedule.factor(atEpoch: 0, of: 8) == 1)
    #expect(abs(schedule.factor(atEpoch: 4, of: 8) - 0.5) < 1e-15)
    #expect(abs(schedule.factor(atEpoch: 8, of: 8)) < 1e-15)
  }

  /// An epoch's last step, after which exactly a whole number of epochs is done, belongs to it.
  @Test func stepsDecayAfterWholeEpochs() throws {
    let schedule = try schedule("{ \"step\": { \"everyEpochs\": 3, \"factor\": 0.5 } }")
    let factors = [0.1, 2.9, 3, 3.01, 6, 6.01, 9.5].map { schedule.factor(atEpoch: $0, of: 99) }
    #expect(factors == [1, 1, 1, 0.5, 0.5, 0.25, 0.125])
  }

  @Test func plateauWaitsThenLowersDownToItsFloor() throws {
    let schedule = try schedule(
      """
      { "reduceOnPlateau": { "factor": 0.5, "patience": 1, "minimumImprovement": 1,
        "lowestFactor": 0.2 } }
      """)
    let rule = try #require(schedule.plateau)
    #expect(schedule.factor(atEpoch: 3, of: 10) == 1)
    var state = PlateauState()
    var factors: [Double] = []
    // 99.5 is no improvement: it is less than 1 below 100. 98 is one.
    for value in [100, 99.5, 99.2, 98, 98, 98, 98, 98, 98, 98, 90, 95, 95] {
      rule.observe(value, in: &state)
      factors.append(state.factor)
    }
    #expect(factors == [1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2])
    #expect(state.best == 90)
    #expect(state.epochsWaited == 0)
  }

  /// Of 22 examples in minibatches of 8 the third is ragged; a training of 4 or 5 steps ends where that step
  /// does, and the cosine with it.
  @Test(arguments: [(4, 8), (5, 16)]) func cosineEndsWithTheLastStep(steps: Int, rest: Int) throws {
    let sample = TrainingSample.autoencoder(
      """
      { "steps": \(steps), "batchSize": 8, "reportEverySteps": 1,
        "optimizer": { "sgd": { "learningRate": 1 } },
        "schedule": { "cosine": { "finalFactor": 0.25 } } }
      """)
    let trainer = sample.trainer(threads: 1)
    var rates: [Double] = []
    _ = try trainer.run(
      afterStep: { _, report in
        rates.append(report?.learningRate ?? .nan)
        return .proceed
      }, afterEpoch: { _, _ in .proceed })
    let ends = [8, 16, 22, 30, 38].prefix(steps).map { Double($0) / Double(22 + rest) }
    let expected = ends.map { 0.25 + 0.75 * (1 + cos(.pi * $0)) / 2 }
    #expect(zip(rates, expected).allSatisfy { abs($0 - $1) < 1e-12 } && rates.count == steps)
    #expect(rates.last == 0.25)
  }

  /// What the rule has come to multiplies the rate of the steps that follow. It sees nothing before
  /// the objective's warm-up of three epochs has ended.
  @Test func plateauLowersTheRateOfTheTraining() throws {
    let sample = TrainingSample.autoencoder(
      """
      { "epochs": 6, "batchSize": 8, "optimizer": { "sgd": { "learningRate": 1e-12 } },
        "schedule": { "reduceOnPlateau": { "factor": 0.5, "patience": 0,
          "minimumImprovement": 1e6 } } }
      """)
    let trainer = sample.trainer(threads: 1)
    try trainer.run()
    #expect(
      trainer.state.history.map(\.learningRate)
        == [1e-12, 1e-12, 1e-12, 1e-12, 5e-13, 2.5e-13])
  }
}

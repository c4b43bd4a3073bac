import Testing
import Training

/// An autoencoder learns examples of ones and is validated on zeros: validation gets worse from the
/// first epoch on. Its objective has a warm-up of three epochs, before which none may be the best.
@Suite struct EarlyStoppingTests {
  private func sample(
    patience: Int, restoreBest: Bool, limit: String = "\"epochs\": 20", isImproving: Bool = false,
    average: String = "none"
  ) -> TrainingSample {
    TrainingSample.autoencoder(
      """
      { \(limit), "batchSize": 8, "optimizer": { "adam": { "learningRate": 0.01 } },
        "average": "\(average)",
        "earlyStopping": { "patience": \(patience), "restoreBest": \(restoreBest) } }
      """,
      value: { row, element in
        (row < 22 || isImproving ? 1 : 0) + 0.01 * TrainingSample.pattern(row, element)
      })
  }

  /// Trains to the end and notes the parameters after each epoch.
  private func train(
    _ trainer: Trainer
  ) throws -> (reason: StopReason, epochs: [[String: [UInt32]]]) {
    var epochs: [[String: [UInt32]]] = []
    let reason = try trainer.run(
      afterStep: { trainer, _ in
        if trainer.state.offset == 22 { epochs.append(bits(trainer.parameters)) }
        return .proceed
      }, afterEpoch: { _, _ in .proceed })
    return (reason, epochs)
  }

  @Test(arguments: [0, 2])
  func waitsForTheWarmUpThenForItsPatience(patience: Int) throws {
    let trainer = sample(patience: patience, restoreBest: false).trainer(threads: 1)
    let (reason, epochs) = try train(trainer)
    #expect(reason == .stoppedEarly)
    #expect(trainer.state.ended == .stoppedEarly)
    #expect(trainer.state.best?.epoch == 3)
    #expect(trainer.state.epoch == 3 + patience + 1)
    #expect(trainer.state.history.map(\.isBest).prefix(4) == [false, false, true, false])
    let objectives = trainer.state.history.compactMap(\.validation?.objective)
    #expect(objectives.count == trainer.state.epoch && objectives == objectives.sorted())
    #expect(bits(trainer.parameters) == epochs.last)
    #expect(try trainer.run() == .stoppedEarly, "an ended training goes no further")
  }

  /// The weights that were validated: averages, where the training keeps them.
  @Test(arguments: ["none", "equal"])
  func restoresTheBestParameters(average: String) throws {
    let trainer = sample(patience: 1, restoreBest: true, average: average).trainer(threads: 2)
    let (_, epochs) = try train(trainer)
    try #require(epochs.count == 5)
    #expect(bits(trainer.parameters) == epochs[2])
    #expect(epochs[2] != epochs[4])
  }

  /// By epochs and by steps, of which the last is the second of an epoch's three.
  @Test(arguments: ["\"epochs\": 5", "\"steps\": 14"])
  func restoresTheBestAtTheLimitToo(limit: String) throws {
    let trainer = sample(patience: 9, restoreBest: true, limit: limit).trainer(threads: 1)
    let (reason, epochs) = try train(trainer)
    #expect(reason == .completed)
    try #require(epochs.count >= 4)
    #expect(bits(trainer.parameters) == epochs[2])
  }

  @Test func goesOnWhileValidationImproves() throws {
    let trainer = sample(
      patience: 0, restoreBest: true, limit: "\"epochs\": 12", isImproving: true
    ).trainer(threads: 1)
    #expect(try train(trainer).reason == .completed)
    #expect(trainer.state.best?.epoch == 12)
  }

  /// Without validation an epoch is known by its own means, in which the third of three epochs of warm-up
  /// still has other β than the fourth.
  @Test func trainingIsComparedFromTheFirstWholeEpochAfterTheWarmUp() throws {
    var sample = TrainingSample.autoencoder(
      """
      { "epochs": 6, "batchSize": 8, "optimizer": { "sgd": { "learningRate": 1e-12 } },
        "schedule": { "reduceOnPlateau": { "factor": 0.5, "patience": 0,
          "minimumImprovement": 1e6 } } }
      """)
    sample.validationCount = 0
    let trainer = sample.trainer(threads: 1)
    try trainer.run()
    let history = trainer.state.history
    #expect(history.firstIndex(where: \.isBest) == 3)
    #expect(history.map(\.learningRate) == [1e-12, 1e-12, 1e-12, 1e-12, 1e-12, 5e-13])
  }

  /// Where β begins again from 0 with each cycle, validation keeps the β that a cycle ends with.
  @Test func validationKeepsItsMeaningInCycles() throws {
    for cycle in [2, 3] {
      let sample = TrainingSample(
        "cyclic",
        model: """
          { "encoder": [{ "dense": { "units": 6 } }, "tanh"],
            "posterior": { "gaussian": { "latent": 2 } },
            "decoder": [{ "dense": { "units": 12 } }], "likelihood": "bernoulli",
            "objective": { "elbo": { "beta": 4, "warmUpEpochs": 2, "cycleEpochs": \(cycle) } } }
          """, training: "{ \"epochs\": 7, \"batchSize\": 11 }")
      let trainer = sample.trainer(threads: 1)
      try trainer.run()
      let weights = trainer.state.history.compactMap(\.validation).map {
        $0.terms!["weighted.kl"]! / $0.kl
      }
      #expect(zip(weights, [2, 4, 4, 4, 4, 4, 4]).allSatisfy { abs($0 - $1) < 1e-5 })
      #expect(weights.count == 7)
    }
  }
}

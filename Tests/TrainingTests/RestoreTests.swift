import Testing
import Training

@Suite struct RestoreTests {
  private func sample(_ limit: String, optimizer: String = "\"adam\"") -> TrainingSample {
    TrainingSample.autoencoder("{ \"batchSize\": 8, \(limit), \"optimizer\": \(optimizer) }")
  }

  /// Epochs may be added to a training that has completed.
  @Test func raisedLimitsLetACompletedTrainingGoOn() throws {
    let short = sample("\"epochs\": 2").trainer(threads: 1)
    try short.run()
    let long = sample("\"epochs\": 5").trainer(threads: 2)
    try long.restore(short.snapshot(), best: nil)
    #expect(long.state.ended == nil)
    #expect(try long.run() == .completed)
    let whole = sample("\"epochs\": 5").trainer(threads: 1)
    try whole.run()
    #expect(long.state.epoch == 5)
    #expect(bits(long.parameters) == bits(whole.parameters))
  }

  @Test func aCompletedTrainingStaysCompleted() throws {
    let first = sample("\"steps\": 4").trainer(threads: 1)
    #expect(try first.run() == .completed)
    let again = sample("\"steps\": 4").trainer(threads: 1)
    try again.restore(first.snapshot(), best: nil)
    #expect(again.state.ended == .completed)
    #expect(try again.run() == .completed)
    #expect(again.state.step == 4)
  }

  @Test func theStateOfAnotherOptimiserIsRefused() throws {
    let plain = sample("\"epochs\": 1", optimizer: "\"sgd\"").trainer(threads: 1)
    let adam = sample("\"epochs\": 1").trainer(threads: 1)
    let snapshot = plain.snapshot()
    let error = #expect(throws: SnapshotError.self) { try adam.restore(snapshot, best: nil) }
    #expect(
      error?.description == """
        optimizer/firstMoment: expected the optimiser's state, found none. Use the configuration \
        that the checkpoint was made with, or another output folder.
        """)
  }

  @Test func anotherShapeOrAMissingArrayIsRefused() throws {
    let trainer = sample("\"epochs\": 1").trainer(threads: 1)
    let snapshot = trainer.snapshot()
    var missing = snapshot
    missing.parameters.removeFirst()
    var error = #expect(throws: SnapshotError.self) { try trainer.restore(missing, best: nil) }
    #expect(error?.object == "encoder.dense1.weight" && error?.found == "nothing")
    var other = snapshot
    other.parameters[0].shape = [12, 7]
    error = #expect(throws: SnapshotError.self) { try trainer.restore(other, best: nil) }
    #expect(error?.object == "encoder.dense1.weight" && error?.found == "[12, 7]")
  }
}

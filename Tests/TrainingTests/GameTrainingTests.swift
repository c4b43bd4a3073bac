import GraphIR
import Models
import Testing
import Training

/// A training whose objective has two players.
@Suite struct GameTrainingTests {
  private var sample: TrainingSample {
    TrainingSample(
      "game",
      model: """
        { "encoder": [{ "dense": { "units": 9 } }, "batchNorm", "relu"],
          "posterior": { "gaussian": { "latent": 3 } },
          "decoder": [{ "dense": { "units": 12 } }], "likelihood": "bernoulli",
          "objective": "critic" }
        """,
      training:
        #"{ "batchSize": 4, "epochs": 3, "optimizer": { "adam": { "learningRate": 0.01 } } }"#,
      objectives: CriticObjective.table)
  }

  @Test func everyParameterHasOnePlayer() {
    let model = sample.model
    for (loss, prefix) in [("objective", false), ("critic", true)] {
      let graph = model.gradientGraph(loss, rows: 4)
      for (index, parameter) in model.parameters.enumerated() {
        let isOwn = parameter.name.hasPrefix("critic.") == prefix
        #expect((graph.output(.gradient(index)) != nil) == (isOwn && parameter.isTrained))
        #expect((graph.output(.statistic(index)) != nil) == (isOwn && !parameter.isTrained))
      }
    }
  }

  @Test func bothLossesAreMeasuredAndFall() throws {
    let trainer = sample.trainer(threads: 2)
    try trainer.run()
    let epochs = trainer.state.history.map(\.training)
    let critic = try epochs.map { try #require($0.terms?["critic"]) }
    #expect(epochs.allSatisfy { $0.terms.map { Set($0.keys) } == ["gap", "critic"] })
    #expect(epochs[2].reconstruction < epochs[0].reconstruction)
    // Where it cannot tell one from the other its loss is 2 log 2.
    #expect(critic.allSatisfy { $0 > 0 && $0 < 3 })
    #expect(critic[2] != critic[0])
  }

  @Test func bitsDependOnNoThreads() throws {
    func end(threads: Int) throws -> [String: [UInt32]] {
      let trainer = sample.trainer(shards: 3, threads: threads)
      try trainer.run()
      return bits(trainer.parameters)
    }
    let expected = try end(threads: 1)
    for threads in [2, 3, 7] { #expect(try end(threads: threads) == expected) }
  }
}

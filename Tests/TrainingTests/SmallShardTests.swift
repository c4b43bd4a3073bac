import Testing
import Training

/// Batch normalisation of flat data takes a variance over a shard's rows, so a shard has two of them
/// wherever the minibatch does.
@Suite struct SmallShardTests {
  /// Minibatches of 5, 5, 5, 5 and 2 examples cut into 4 and 8 shards are those cut into 2.
  @Test(arguments: [4, 8]) func shardsOfOneRowAreNotMade(shards: Int) throws {
    #expect(try parameters(shards: shards) == parameters(shards: 2))
    #expect(try parameters(shards: 2) != parameters(shards: 1))
  }

  private func parameters(shards: Int) throws -> [String: [UInt32]] {
    let sample = TrainingSample(
      "flat batch normalisation",
      model: """
        { "encoder": [{ "dense": { "units": 7 } }, "batchNorm", "tanh"],
          "posterior": { "deterministic": { "latent": 3 } },
          "decoder": [{ "dense": { "units": 12 } }], "likelihood": "squaredError" }
        """, training: #"{ "batchSize": 5, "epochs": 2 }"#)
    let trainer = sample.trainer(shards: shards, threads: 2)
    try trainer.run()
    return bits(trainer.parameters)
  }
}

import EngineTestSupport
import Examples
import TestScale
import Testing
import Training

/// One set of bits per model and number of shards, whatever the threads.
@Suite struct ThreadMatrixTests {
  private static let steps = TestScale.count(12, torture: 500)
  private static let threads = TestScale.isTorture ? [2, 3, 4, 7, 8, 16] : [3, 16]

  /// 22 examples in minibatches of 18 and 4: the last has fewer rows than 16 shards.
  private static func training(clipNorm: String = "null") -> String {
    """
    { "batchSize": 18, "epochs": null, "steps": \(steps), "seed": 5, "reportEverySteps": 50,
      "optimizer": { "adam": { "learningRate": 0.01 } }, "clipNorm": \(clipNorm) }
    """
  }

  private static func dense(
    _ name: String, units: Int = 9, dropout: Double = 0, posterior: String = "gaussian",
    objective: String = "\"elbo\"", clipNorm: String = "null"
  ) -> TrainingSample {
    TrainingSample(
      name,
      model: """
        { "encoder": [
            { "dense": { "units": \(units) } }, "relu", { "dropout": { "probability": \(dropout) } }],
          "posterior": { "\(posterior)": { "latent": 3 } },
          "decoder": [{ "dense": { "units": 8 } }, "tanh", { "dense": { "units": 12 } }],
          "likelihood": "bernoulli", "objective": \(objective) }
        """, training: training(clipNorm: clipNorm))
  }

  /// The wide ones have a layer whose gradient is made over the whole minibatch.
  static let samples = [
    dense("dense"), dense("wide", units: 1500), dense("clipped", units: 1500, clipNorm: "0.05"),
    dense("dropout", dropout: 0.25), dense("flow", posterior: "planarFlow"),
    dense("iwae", objective: "{ \"iwae\": { \"samples\": 3 } }"),
    TrainingSample(
      "convolution with batch normalisation", exampleShape: [6, 6, 1],
      model: """
        { "encoder": [
            { "conv": { "channels": 3, "kernel": 4, "stride": 2, "padding": 1 } }, "batchNorm",
            "relu", "flatten"],
          "posterior": { "gaussian": { "latent": 2 } },
          "decoder": [
            { "dense": { "units": 18 } }, { "reshape": { "channels": 2, "height": 3, "width": 3 } },
            "batchNorm", "elu",
            { "convTranspose": { "channels": 1, "kernel": 4, "stride": 2, "padding": 1 } }],
          "likelihood": "bernoulli" }
        """, training: training()),
  ]

  @Test(arguments: samples, [1, 4, 16])
  func threadsDoNotChangeTheBits(sample: TrainingSample, shards: Int) throws {
    let expected = try trained(sample, shards: shards, threads: 1)
    for threads in Self.threads {
      let found = try trained(sample, shards: shards, threads: threads)
      #expect(found == expected, "\(threads) threads, \(shards) shards, \(Self.steps) steps")
    }
  }

  private func trained(
    _ sample: TrainingSample, shards: Int, threads: Int
  ) throws -> [String: [UInt32]] {
    let trainer = sample.trainer(shards: shards, threads: threads)
    try trainer.run()
    #expect(trainer.state.step == Self.steps)
    #expect((trainer.deferredCount > 0) == ["wide", "clipped"].contains(sample.description))
    #expect(trainer.parameters.allSatisfy { $0.values.allSatisfy(\.isFinite) })
    return bits(trainer.parameters)
  }
}

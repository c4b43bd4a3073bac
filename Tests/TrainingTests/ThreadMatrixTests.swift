import EngineTestSupport
import Examples
import TestScale
import Testing
import Training

/// One set of bits per model and number of shards, whatever the threads.
@Suite struct ThreadMatrixTests {
  private static let steps = TestScale.count(12, torture: 500)
  private static let threads = TestScale.isTorture ? [2, 3, 4, 7, 8, 16] : [2, 3, 16]

  /// 22 examples in minibatches of 18 and 4: the last has fewer rows than 16 shards.
  private static func training(clipNorm: String = "null") -> String {
    """
    { "batchSize": 18, "epochs": null, "steps": \(steps), "seed": 5, "reportEverySteps": 50,
      "optimizer": { "adam": { "learningRate": 0.01 } }, "clipNorm": \(clipNorm) }
    """
  }

  private static func dense(
    _ name: String, _ model: String = perceptron(dropout: 0),
    clipNorm: String = "null"
  ) -> TrainingSample {
    TrainingSample(name, model: model, training: training(clipNorm: clipNorm))
  }

  private static let wide = perceptron(units: 1500, dropout: 0)
  private static let flow = "{ \"planarFlow\": { \"latent\": 3 } }"
  private static let iwae = "{ \"iwae\": { \"samples\": 3 } }"

  /// The wide ones have a layer whose gradient is made over the whole minibatch.
  static let samples =
    [
      dense("dense"), dense("wide", wide),
      dense("clipped", wide, clipNorm: "0.05"),
      dense("dropout", perceptron()),
      dense("flow", perceptron(dropout: 0, posterior: flow)),
      dense("iwae", perceptron(dropout: 0, objective: iwae)),
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
    ] + kinds(training: training())

  /// Models of several kinds, with learnt inputs, several latents, a field beside the data, and other players.
  static func kinds(training: String) -> [TrainingSample] {
    func sample(_ name: String, _ choices: String, condition: String = "") -> TrainingSample {
      TrainingSample(
        name,
        model: """
          { "encoder": [\(condition) { "dense": { "units": 9 } }, { "tanh": { "name": "low" } }, "batchNorm",
              { "dropout": { "probability": 0.2 } }],
            "decoder": [\(condition) { "dense": { "units": 8 } }, "tanh", { "dense": { "units": 12 } }],
            "likelihood": "bernoulli", \(choices) }
          """, training: training)
    }
    let gaussian = "\"posterior\": { \"gaussian\": { \"latent\": 3 } }"
    return [
      sample("vamp", "\(gaussian), \"prior\": { \"vamp\": { \"components\": 7 } }"),
      sample("conditional", gaussian, condition: "\"condition\","),
      sample(
        "tcvae", "\(gaussian), \"objective\": { \"tcvae\": { \"estimator\": \"stratified\" } }"),
      sample(
        "factor",
        "\(gaussian), \"objective\": { \"factor\": { \"units\": 6, \"hiddenLayers\": 2 } }"),
      sample(
        "ladder",
        """
        "latents": [
          { "name": "top", "posterior": { "gaussian": { "latent": 2 } } },
          { "name": "bottom", "features": "low", "posterior": { "ladder": { "latent": 3 } },
            "prior": { "conditional": { "layers": ["condition", { "dense": { "units": 5 } }, "relu"] } } }]
        """),
    ]
  }

  /// Dropout and noise are the examples' own, so that shards change nothing but rounding.
  @Test(arguments: kinds(training: sgd), [2, 3, 4, 8])
  func shardsComputeOneObjective(sample: TrainingSample, shards: Int) throws {
    func trained(_ shards: Int) throws -> [NamedArray] {
      let trainer = sample.trainer(shards: shards, threads: 2)
      try trainer.run()
      return trainer.parameters
    }
    for (found, expected) in zip(try trained(shards), try trained(1)) {
      let worst = zip(found.values, expected.values).map { abs($0 - $1) }.max()!
      #expect(worst < 1e-5, "\(found.name)")
    }
  }

  /// Few steps of a plain rule: rounding has no time to grow, and no rule makes it large.
  private static let sgd = """
    { "batchSize": 18, "epochs": null, "steps": 3, "seed": 5,
      "optimizer": { "sgd": { "learningRate": 0.01 } } }
    """

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

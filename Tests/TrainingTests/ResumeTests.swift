import Examples
import Foundation
import Testing
import Training

/// A training that stops anywhere and goes on in a new trainer, with another number of threads, comes
/// to the same bits as one that never stopped. An epoch has six steps, the last of two examples.
@Suite struct ResumeTests {
  private static func training(_ more: String) -> String {
    "{ \"batchSize\": 4, \"epochs\": 3, \"seed\": 3, \"reportEverySteps\": 4, \(more) }"
  }

  private static let adam = training("\"optimizer\": { \"adam\": { \"learningRate\": 0.01 } }")

  static let samples = [
    TrainingSample("dense with dropout, Adam", model: perceptron(), training: adam),
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
          "likelihood": { "gaussian": { "standardDeviation": "learned" } } }
        """, training: adam),
    TrainingSample(
      "planar flow",
      model: perceptron(posterior: "{ \"planarFlow\": { \"latent\": 3, \"maps\": 2 } }"),
      training: adam),
    TrainingSample(
      "iwae", model: perceptron(objective: "{ \"iwae\": { \"samples\": 3 } }"), training: adam),
    TrainingSample("sparse rows", model: perceptron(), training: adam, isSparse: true) {
      ($0 * 5 + $1) % 12 == 0 ? TrainingSample.pattern($0, $1) : 0
    },
    TrainingSample(
      "SGD with momentum", model: perceptron(),
      training: training(
        "\"optimizer\": { \"sgd\": { \"momentum\": 0.9 } }, \"schedule\": \"cosine\"")),
    TrainingSample(
      "AdamW, clipping, plateau, cycles, penalties",
      model: perceptron(
        objective: "{ \"elbo\": { \"beta\": 2, \"warmUpEpochs\": 0.5, \"cycleEpochs\": 1 } }"),
      training: training(
        """
        "optimizer": "adamW", "clipNorm": 0.5, "l1": 1e-3, "l2": 1e-2,
        "schedule": { "reduceOnPlateau": { "patience": 0, "minimumImprovement": 100 } },
        "earlyStopping": { "patience": 9, "restoreBest": true }
        """)),
    TrainingSample(
      "NAdam, an exponential average, the best of it", model: perceptron(),
      training: training(
        """
        "optimizer": "nadam", "average": { "exponential": { "decay": 0.8 } },
        "earlyStopping": { "patience": 9, "restoreBest": true }
        """)),
    TrainingSample(
      "RMSprop, an equal average from within the second epoch", model: perceptron(),
      training: training(
        """
        "optimizer": { "rmsprop": { "learningRate": 1e-3, "momentum": 0.5, "centered": true } },
        "average": { "equal": { "fromEpoch": 1.4 } }
        """)),
    TrainingSample(
      "a game of two players", model: perceptron(objective: "\"critic\""),
      training: training(
        """
        "optimizer": { "adam": { "learningRate": 0.01 } }, "average": { "exponential": { "decay": 0.8 } },
        "groups": [{ "parameters": ["critic.*"], "optimizer": { "sgd": { "momentum": 0.5 } } }]
        """), objectives: CriticObjective.table),
    TrainingSample(
      "groups under three optimisers, one of them frozen", model: perceptron(),
      training: training(
        """
        "optimizer": { "rmsprop": { "learningRate": 1e-3, "momentum": 0.5 } },
        "groups": [
          { "parameters": ["encoder.*"], "optimizer": "adam", "clipNorm": 0.1,
            "schedule": { "reduceOnPlateau": { "patience": 0, "minimumImprovement": 100 } } },
          { "parameters": ["posterior.*"], "optimizer": { "sgd": { "momentum": 0.9 } } },
          { "parameters": ["decoder.dense1.*"], "frozen": true }]
        """)),
    TrainingSample(
      "AdamNormGrad", model: perceptron(), training: training("\"optimizer\": \"adamNormGrad\"")),
    TrainingSample(
      "Adagrad from a sum", model: perceptron(),
      training: training("\"optimizer\": { \"adagrad\": { \"initialSum\": 0.1 } }")),
  ]

  /// A training's parts in order: reports and records as JSON, without times.
  private final class Log {
    var lines: [String] = []

    func append(_ value: some Encodable) throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      lines.append(timeless(String(decoding: try encoder.encode(value), as: UTF8.self)))
    }
  }

  /// Trains; after step `stop`, or else after that epoch, asks to stop.
  private func run(
    _ trainer: Trainer, _ log: Log, stopAfterStep: Int? = nil, stopAfterEpoch: Int? = nil
  ) throws -> (reason: StopReason, best: TrainingSnapshot?) {
    var best: TrainingSnapshot?
    let reason = try trainer.run(
      afterStep: { trainer, report in
        if let report { try log.append(report) }
        return trainer.state.step == stopAfterStep ? .stop : .proceed
      },
      afterEpoch: { trainer, record in
        try log.append(record)
        if record.isBest { best = trainer.snapshot() }
        return trainer.state.epoch == stopAfterEpoch ? .stop : .proceed
      })
    return (reason, best)
  }

  private func expectSame(_ a: Trainer, _ b: Trainer, _ place: Comment) {
    let (a, b) = (a.snapshot(), b.snapshot())
    #expect(bits(a.parameters) == bits(b.parameters), place)
    #expect(a.states.map(\.name) == b.states.map(\.name), place)
    for (mine, other) in zip(a.states, b.states) {
      #expect(bits(mine.arrays) == bits(other.arrays), place)
    }
    #expect(timeless(a.state.json()) == timeless(b.state.json()), place)
  }

  @Test(arguments: samples)
  func continuesToTheSameBits(sample: TrainingSample) throws {
    let (whole, wholeLog) = (sample.trainer(threads: 1), Log())
    #expect(try run(whole, wholeLog).reason == .completed)
    #expect(whole.state.step == 18)
    #expect(wholeLog.lines.count == 4 + 3)
    // Within epochs, after an epoch's last step and before its end, and before the last step.
    for (index, stop) in [1, 5, 6, 7, 12, 17, 18].enumerated() {
      let (first, log) = (sample.trainer(threads: 3), Log())
      let part = try run(first, log, stopAfterStep: stop)
      #expect(part.reason == .interrupted)
      #expect(first.state.step == stop)
      let second = sample.trainer(threads: [1, 2, 5][index % 3])
      try second.restore(first.snapshot(), best: part.best)
      #expect(try run(second, log).reason == .completed)
      expectSame(second, whole, "stopped after step \(stop)")
      #expect(log.lines == wholeLog.lines, "stopped after step \(stop)")
    }
  }

  @Test func continuesAfterAnEpochToTheSameBits() throws {
    let sample = Self.samples[6]
    let (whole, wholeLog) = (sample.trainer(threads: 2), Log())
    _ = try run(whole, wholeLog)
    let (first, log) = (sample.trainer(threads: 1), Log())
    let part = try run(first, log, stopAfterEpoch: 2)
    #expect(part.reason == .interrupted && first.state.offset == 0)
    let second = sample.trainer(threads: 4)
    try second.restore(first.snapshot(), best: part.best)
    _ = try run(second, log)
    expectSame(second, whole, "stopped after epoch 2")
    #expect(log.lines == wholeLog.lines)
  }

  /// The state itself is a value: the same trainer goes on without a snapshot.
  @Test func theSameTrainerGoesOn() throws {
    let sample = Self.samples[0]
    let (whole, stopped, log) = (sample.trainer(threads: 1), sample.trainer(threads: 2), Log())
    _ = try run(whole, Log())
    for step in [3, 6, 11] {
      #expect(try run(stopped, log, stopAfterStep: step).reason == .interrupted)
    }
    #expect(try run(stopped, log).reason == .completed)
    expectSame(stopped, whole, "stopped three times")
  }
}

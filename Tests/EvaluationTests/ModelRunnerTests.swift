import Configuration
import DataParallel
import Evaluation
import Examples
import GraphRuns
import Models
import Testing
import Training

@Suite struct ModelRunnerTests {
  private static let flow = "{ \"planarFlow\": { \"latent\": 3, \"maps\": 2 } }"
  private static let gaussian = "{ \"gaussian\": { \"latent\": 3 } }"
  private static let point = "{ \"deterministic\": { \"latent\": 3 } }"

  /// A model for examples of 10 numbers, at its first parameters.
  private func runner(
    _ posterior: String = gaussian, likelihood: String = "bernoulli", threads: Int = 2
  ) throws -> ModelRunner {
    let json = """
      { "encoder": [{ "dense": { "units": 12 } }, "relu"], "posterior": \(posterior),
        "decoder": [{ "dense": { "units": 12 } }, "relu", { "dense": { "units": 10 } }],
        "likelihood": "\(likelihood)" }
      """
    let model = try Model(reading: JSONNode.parse(json, file: nil), exampleShape: [10])
    let trainer = try Trainer(
      model: model, configuration: try TrainingConfiguration(reading: .object([])), shards: 1,
      threads: 1, training: examples(1), validation: nil)
    return try ModelRunner(model, parameters: trainer.parameters, threadCount: threads)
  }

  private func examples(_ count: Int) -> ExampleSet {
    ExampleSet(DenseExamples((0..<10 * count).map { Float($0 * 37 % 101) / 100 }, shape: [10]))
  }

  @Test func encodingGivesARowOfLatentsPerExample() throws {
    let (mean, logVariance) = try runner().encode(examples(300))
    #expect(mean.count == 900 && logVariance?.count == 900)
    let flow = try runner(Self.flow).encode(examples(5))
    #expect(flow.mean.count == 15 && flow.logVariance == nil)
    let point = try runner(Self.point).encode(examples(5))
    #expect(point.mean.count == 15 && point.logVariance == nil)
  }

  @Test func reconstructionDecodesTheMean() throws {
    let runner = try runner()
    let images = try runner.reconstruct(examples(7))
    let decoded = try runner.decode(try runner.encode(examples(7)).mean)
    #expect(images.count == 70 && decoded.count == 70)
    #expect(zip(images, decoded).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(images.allSatisfy { $0 > 0 && $0 < 1 })
  }

  /// Rows that were asked for, in their order.
  @Test func aSetOfRowsGivesTheirResults() throws {
    let runner = try runner()
    let all = try runner.encode(examples(6)).mean
    let some = try runner.encode(ExampleSet(examples(6).source, positions: [4, 1])).mean
    let expected = Array(all[12..<15]) + Array(all[3..<6])
    #expect(zip(some, expected).allSatisfy { abs($0 - $1) < 1e-6 } && some.count == 6)
  }

  @Test func noLatentsDecodeToNothing() throws {
    #expect(try runner().decode([]).isEmpty)
  }

  /// 300 draws are three chunks of at most 128.
  @Test func aDrawIsTheSameForAnyCount() throws {
    let all = try runner().sample(count: 300, seed: 9)
    #expect(all.count == 3000)
    for (count, threads) in [(1, 1), (5, 2), (129, 3), (200, 1)] {
      let some = try runner(threads: threads).sample(count: count, seed: 9)
      #expect(some == Array(all.prefix(10 * count)), "\(count) draws")
    }
    #expect(Set(all.map(\.bitPattern)).count > 2900)
    #expect(try runner().sample(count: 5, seed: 10) != Array(all.prefix(50)))
  }

  /// Latents far from 0 that vary by a little more or less than 0.01, between the chunks and within one.
  @Test(arguments: [300, -3000] as [Float])
  func activeUnitsAreCountedFarFromZero(center: Float) throws {
    let json = """
      { "encoder": [], "posterior": { "deterministic": { "latent": 4 } },
        "decoder": [{ "dense": { "units": 1 } }], "likelihood": "squaredError" }
      """
    let model = try Model(reading: JSONNode.parse(json, file: nil), exampleShape: [1])
    let weights = ([0, 0.0099, 0.0101, 0.02] as [Float]).map { (4 * $0).squareRoot() }
    let runner = try ModelRunner(
      model,
      parameters: [
        NamedArray(name: "posterior.mean.weight", shape: [4, 1], values: weights),
        NamedArray(
          name: "posterior.mean.bias", shape: [4], values: weights.map { _ in center }),
        NamedArray(name: "decoder.dense1.weight", shape: [1, 4], values: [0, 0, 0, 0]),
        NamedArray(name: "decoder.dense1.bias", shape: [1], values: [0]),
      ])
    let halves = DenseExamples((0..<400).map { $0 < 200 ? 0 : 1 }, shape: [1])
    #expect(try runner.evaluate(ExampleSet(halves)).activeUnits == 2)
  }

  /// What is done again, with other data, threads or parameters, is compiled once for each number of rows.
  @Test func whatWasCompiledIsKept() throws {
    let runner = try runner()
    for threads in [1, 3, 2] {
      runner.threadCount = threads
      _ = try runner.encode(examples(7))
      _ = try runner.encode(ExampleSet(examples(9).source, positions: [0, 1, 2, 3, 4, 5, 8]))
      _ = try runner.sample(count: 300, seed: UInt64(threads))
    }
    // Seven rows; chunks of 128, and the last of 44.
    #expect(runner.compilationCount == 3)
    _ = try runner.evaluate(examples(7), samples: 120)
    // 50 samples, 20 samples, and the metrics.
    #expect(runner.compilationCount == 6)
    _ = try runner.evaluate(examples(7), samples: 70, seed: 3)
    #expect(runner.compilationCount == 6)
  }

  @Test func threadsAndMemoryMayBeSetLater() throws {
    let runner = try runner(threads: 1)
    _ = try runner.encode(examples(300))
    (runner.threadCount, runner.memoryLimit) = (3, 1)
    let error = #expect(throws: MemoryShortage.self) { _ = try runner.encode(examples(300)) }
    #expect(error?.workers == 3)
  }

  /// All that is kept computes in one memory, with the weights that the runner has now.
  @Test func whatWasKeptComputesAsNewWithOtherWeights() throws {
    let (kept, count) = (try runner(), 150)
    func results(_ runner: ModelRunner) throws -> [[Float]] {
      let latents = try runner.encode(examples(count))
      return [
        latents.mean, latents.logVariance ?? [], try runner.decode(latents.mean),
        try runner.sample(count: 9, seed: 1), try runner.reconstruct(examples(count)),
        [Float(try runner.evaluate(examples(count), samples: 3).elbo)],
      ]
    }
    let first = try results(kept)
    let others = kept.parameters.arrays().map { array in
      NamedArray(name: array.name, shape: array.shape, values: array.values.map { $0 * 0.7 + 0.01 })
    }
    try kept.parameters.set(others)
    let fresh = try ModelRunner(kept.model, parameters: others, threadCount: 1)
    let second = try results(kept)
    #expect(second == (try results(fresh)))
    #expect(zip(first, second).allSatisfy { $0 != $1 })
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let expected = try runner(threads: 1).evaluate(examples(400), samples: 3)
    for threads in [2, 7] {
      #expect(try runner(threads: threads).evaluate(examples(400), samples: 3) == expected)
    }
  }

  /// A bound on log p(x) is never above the estimate that has more samples, but for chance.
  @Test func theFlowHasADensityToo() throws {
    let result = try runner(Self.flow).evaluate(examples(200), samples: 100)
    let estimate = try #require(result.logLikelihood)
    #expect(result.elbo < estimate.mean + 0.05)
    #expect(estimate.standardError > 0)
  }

  @Test func withoutSamplesThereIsNoEstimate() throws {
    #expect(try runner().evaluate(examples(3)).logLikelihood == nil)
  }

  @Test func progressEndsAtTheWhole() throws {
    var told: [Double] = []
    _ = try runner().evaluate(examples(3), samples: 120) { told.append($0) }
    #expect(told == [1 / 3.0, 2 / 3.0, 1])
  }

  @Test func aModelWithoutDensityHasNoEstimate() throws {
    let cases = [
      (Self.point, "bernoulli", "posterior"), (Self.gaussian, "squaredError", "likelihood"),
    ]
    for (posterior, likelihood, axis) in cases {
      let runner = try runner(posterior, likelihood: likelihood)
      #expect(!runner.model.hasDensity)
      let error = #expect(throws: ConfigurationError.self) {
        _ = try runner.evaluate(examples(3), samples: 2)
      }
      #expect(error?.path.hasPrefix(axis) == true)
      #expect(error?.message.contains("to estimate log p(x)") == true)
    }
  }

  @Test func parametersOfAnotherModelAreRefused() throws {
    let runner = try runner()
    #expect(throws: SnapshotError.self) { _ = try ModelRunner(runner.model, parameters: []) }
  }
}

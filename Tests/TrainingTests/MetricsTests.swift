import Configuration
import DataParallel
import EngineTestSupport
import Examples
import Execution
import GraphRuns
import Models
import Testing
import Training

@Suite struct MetricsTests {
  @Test func meansAreSumsOverExamples() throws {
    let sums: [String: [Double]] = [
      "objective": [12], "reconstruction": [8], "kl": [6], "weighted.kl": [4],
      "klPerLatent": [2, 4],
    ]
    let metrics = try #require(
      Metrics(exampleCount: 4, terms: ["weighted.kl", "absent"]) { sums[$0] })
    #expect(metrics.objective == 3)
    #expect(metrics.reconstruction == 2)
    #expect(metrics.kl == 1.5)
    #expect(metrics.terms == ["weighted.kl": 1])
    #expect(metrics.klPerLatent == [0.5, 1])
    #expect(metrics.elbo == -3.5)
    #expect(metrics.activeUnits == 0)
    #expect(Metrics(exampleCount: 0) { sums[$0] } == nil)
  }

  /// The variances of the means are 0, 0.0099 and 0.0101.
  @Test func activeUnitsAreThoseWhoseMeanVaries() throws {
    let sums: [String: [Double]] = ["latentMeanSpread": [0, 0.099, 0.101]]
    let metrics = try #require(Metrics(exampleCount: 10) { sums[$0] })
    #expect(metrics.activeUnits == 1)
    #expect(metrics.klPerLatent == nil)
  }

  /// Batches of 4, 4 and 2 at a rate that changes nothing weigh each example once: the epoch's means
  /// are those of one pass over the examples. The divergence has a closed form without noise.
  @Test(arguments: [false, true])
  func raggedLastBatchWeighsByItsExamples(isNoisy: Bool) throws {
    let posterior = isNoisy ? "gaussian" : "deterministic"
    var sample = TrainingSample(
      posterior,
      model: """
        { "encoder": [{ "dense": { "units": 6 } }, "tanh"],
          "posterior": { "\(posterior)": { "latent": 3 } },
          "decoder": [{ "dense": { "units": 12 } }], "likelihood": "bernoulli" }
        """,
      training: """
        { "batchSize": 4, "epochs": 1, "optimizer": { "sgd": { "learningRate": 1e-30 } } }
        """,
      // The examples of the last batch must be unlike the others wherever they come from.
      value: { row, element in Float(row * row) / 100 + TrainingSample.pattern(row, element) })
    sample.trainingCount = 10
    let trainer = sample.trainer(threads: 2)
    let before = bits(trainer.parameters)
    try trainer.run()
    #expect(bits(trainer.parameters) == before)
    let table = ParameterTable(sample.model.parameters)
    let parameters = ParameterMemory(table)
    try parameters.set(trainer.parameters)
    let family = PlanFamily(
      table: table, fieldNames: ["x"], scalarNames: sample.model.scalarNames
    ) { [model = sample.model] in model.evaluationGraph(rows: $0) }
    let runner = ChunkRunner(family, chunkRows: 10, threadCount: 1)
    let results = try runner.run(
      (0..<10).map { $0 }, from: sample.source.selecting([Field.data]), parameters: parameters,
      scalars: [1])
    let whole = try #require(Metrics(results, terms: ["weighted.kl"]))
    let epoch = try #require(trainer.state.history.first).training
    // Sums of ten float32 numbers, grouped in another way: a few of their ulps.
    func agree(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 2e-6 * max(1, abs(b)) }
    #expect(agree(epoch.kl, whole.kl))
    #expect(agree(epoch.terms!["weighted.kl"]!, whole.terms!["weighted.kl"]!))
    #expect(epoch.activeUnits == whole.activeUnits)
    if isNoisy {
      let latents = zip(epoch.klPerLatent ?? [], whole.klPerLatent ?? [])
      #expect(epoch.klPerLatent?.count == 3 && latents.allSatisfy { agree($0, $1) })
      #expect(epoch.kl > 0)
    } else {
      #expect(agree(epoch.reconstruction, whole.reconstruction))
      #expect(agree(epoch.objective, whole.objective))
    }
  }
}

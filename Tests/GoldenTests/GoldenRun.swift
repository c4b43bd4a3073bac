import DataParallel
import EngineTestSupport
import Examples
import Execution
import GraphIR
import GraphPasses
import GraphRuns
import HDF5
import Models
import Optimizers

/// Training on the one minibatch of a golden case.
struct GoldenRun {
  let engine: StepEngine
  private let golden: GoldenCase
  private let source: ExampleSource

  /// - Parameter deferring: whether gradients of dense weights are made over the whole minibatch.
  init(_ golden: GoldenCase, stateCount: Int, shards: Int, deferring: Bool = true) {
    self.golden = golden
    let memory = golden.parameterMemory()
    let family = PlanFamily(
      table: memory.table, fieldNames: ["x"], scalarNames: golden.model.scalarNames,
      smallestDeferred: deferring ? 0 : .max, seesMinibatch: true
    ) {
      golden.trainingGraph(rows: $0.rows, of: $0.minibatch)
        .differentiated(of: .metric("objective"))
    }
    engine = StepEngine(
      family, parameters: memory, stateCount: stateCount, batchSize: golden.exampleCount,
      shardCount: shards, threadCount: 2)
    source = ExampleSource(
      DenseExamples(golden.rows, shape: [golden.exampleSize + golden.model.latentCount]))
  }

  func step(_ rule: UpdateRule) throws {
    _ = try engine.step(
      Array(0..<UInt32(golden.exampleCount)), 0..<golden.exampleCount, from: source,
      scalars: [Float(golden.beta)], noise: (0, 0), update: rule, penalty: WeightPenalty(),
      clipNorm: nil)
  }

  /// A scalar metric, averaged over the examples.
  func metric(_ name: String) -> Double {
    engine.sum(name).map { $0[0] / Double(golden.exampleCount) } ?? .nan
  }
}

extension GoldenCase {
  /// Names of the groups in the file.
  static func fileCases() throws -> [String] {
    try HDF5File(reading: file).children(of: "/").sorted()
  }

  /// One shard and several, which meet where a layer joins the examples of the minibatch.
  var shardCounts: [Int] { [1, 2, 4] }

  /// The model's parameters as the case has them; statistics at their start.
  func parameterMemory() -> ParameterMemory {
    let memory = ParameterMemory(ParameterTable(model.parameters), seed: 0)
    for (index, declaration) in model.parameters.enumerated() where declaration.isTrained {
      memory[index] = parameter(declaration.name, under: "params")!.map { Float($0) }
    }
    return memory
  }

  /// Whether nothing but rounding is in a gradient, as of a bias before a batch normalisation.
  func hasZeroGradient(_ name: String) -> Bool {
    parameter(name, under: "grads")!.allSatisfy { abs($0) < 1e-12 }
  }
}

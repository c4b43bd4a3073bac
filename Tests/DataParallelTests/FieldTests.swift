import DataParallel
import EngineTestSupport
import Examples
import Execution
import Glibc
import GraphIR
import GraphPasses
import GraphRuns
import Optimizers
import Teamwork
import Testing

/// Examples of several fields, gathered by name.
@Suite struct FieldTests {
  private let order = (0..<24).map { UInt32($0 * 7 % 50) }

  /// The engine's gradients against those of the same graph on arrays given by name, whatever the order of the
  /// fields in their source.
  @Test(arguments: [FieldSample.dense, .sparse], [1, 2, 5])
  func gradientsAreThoseOfArraysByName(sample: FieldSample, shards: Int) throws {
    let engine = sample.engine(shards: shards, threads: 2, stateCount: 1)
    let turned = try sample.source.selecting(["mask", "x", "label"])
    #expect(turned.fieldNames == ["mask", "x", "label"])
    let source = try turned.selecting(["x", "label", "mask"])
    let graph = FieldSample.graph(rows: 24)
    let parameters = ParameterMemory(engine.parameters.table, seed: 1)
    let set = ExampleSet(sample.source, positions: order)
    var inputs: [String: [Float]] = [:]
    for field in ["x", "label", "mask"] { inputs[field] = try set.values(of: field) }
    let wanted = try runOnce(graph, parameters: parameters, inputs: inputs)
    _ = try engine.step(
      order, 0..<24, from: source, scalars: [], noise: (7, 1),
      update: .sgd(rate: 0, momentum: 0.5, nesterov: false), penalty: WeightPenalty(),
      clipNorm: nil)
    for (output, values) in zip(graph.outputs, wanted) {
      guard case .gradient(let index) = output.role else {
        let found = try #require(engine.sum("objective"))[0]
        #expect(abs(found - Double(values[0])) <= 1e-5 * Double(values[0]))
        continue
      }
      let largest = values.reduce(0) { max($0, abs($1)) }
      #expect(largest > 0)
      for (found, value) in zip(engine.states[0][index], values) {
        #expect(abs(found * 24 - value) <= 2e-5 * largest, "entry \(index)")
      }
    }
  }

  @Test func plansComputeFromTheNonZerosOfTheDataAlone() {
    let (sparse, dense) = (
      FieldSample.sparse.family(smallestDeferred: .max).plan(rows: 8),
      FieldSample.dense.family(smallestDeferred: .max).plan(rows: 8)
    )
    #expect(sparse.readsNonZeros && !dense.readsNonZeros)
    #expect(FieldSample.sparse.source.sparsity.keys.sorted() == ["x"])
  }

  @Test(arguments: [FieldSample.dense, .sparse])
  func threadsChangeNoBit(sample: FieldSample) throws {
    func trained(threads: Int) throws -> [[UInt32]] {
      let engine = sample.engine(shards: 5, threads: threads)
      for count in 1...6 {
        let start = (count - 1) % 2 * 13
        _ = try engine.step(
          order, start..<min(24, start + 13), from: sample.source, scalars: [],
          noise: (7, UInt32(count)), update: .adam(rate: 0.01, count: count),
          penalty: WeightPenalty(), clipNorm: nil)
      }
      return engine.parameterBits
    }
    let one = try trained(threads: 1)
    for threads in [2, 3] { #expect(try trained(threads: threads) == one) }
  }

  /// Data that are their class's pattern: a graph that reads the label alone beside them learns them.
  @Test func aGraphLearnsFromLabels() throws {
    let classes = (0..<30).map { Int32($0 * 7 % 11 % 3) }
    let data = classes.flatMap { label in (0..<8).map { Float(($0 + Int(label) * 3) % 5) / 4 } }
    let source = ExampleSource([
      ("label", ClassExamples(classes, names: ["7", "8", "9"])),
      ("x", DenseExamples(data, shape: [8])),
    ])
    func graph(rows: Int) -> Graph {
      var g = GraphBuilder()
      let w = g.parameter(
        ParameterDeclaration(
          name: "w", shape: [8, 3], initializer: .constant(0), role: .trained(isWeight: true)))
      let y = g.matmul(g.input("label", [rows, 3]), w, transposeRight: true)
      g.output(
        .metric("objective"), g.sum(g.square(g.subtract(y, g.input("x", [rows, 8])))))
      return g.graph.differentiated(of: .metric("objective"))
    }
    let family = PlanFamily(
      table: ParameterTable(graph(rows: 1).parameters), fieldNames: source.fieldNames,
      scalarNames: [], graph: graph)
    let engine = StepEngine(
      family, parameters: ParameterMemory(family.table), stateCount: 2, batchSize: 30,
      shardCount: 2, threadCount: 2)
    for count in 1...300 {
      _ = try engine.step(
        (0..<30).map { $0 }, 0..<30, from: source, scalars: [], noise: (0, UInt32(count)),
        update: .adam(rate: 0.05, count: count), penalty: WeightPenalty(), clipNorm: nil)
    }
    #expect(try #require(engine.sum("objective"))[0] < 1e-3)
    for (index, weight) in engine.parameters[0].enumerated() {
      #expect(abs(weight - Float((index / 3 + index % 3 * 3) % 5) / 4) < 0.01)
    }
  }

  /// A plan never runs on what nobody gathered.
  @Test func sourcesWithOtherFieldsEndTheProgram() async {
    await #expect(processExitsWith: .signal(SIGILL)) {
      let (sample, engine) = (FieldSample.dense, FieldSample.dense.engine(shards: 1, threads: 1))
      _ = try engine.step(
        [0, 1], 0..<2, from: sample.source.selecting(["x", "mask", "label"]), scalars: [],
        noise: (0, 0), update: .adam(rate: 0.1, count: 1), penalty: WeightPenalty(), clipNorm: nil)
    }
    await #expect(processExitsWith: .signal(SIGILL)) {
      let graph = FieldSample.graph(rows: 2)
      let family = PlanFamily(
        table: ParameterTable(graph.parameters), fieldNames: ["x", "label"], scalarNames: []
      ) { FieldSample.graph(rows: $0) }
      _ = family.plan(rows: 2)
    }
  }
}

@Suite(.enabled(if: canCountAllocations))
struct FieldAllocationTests {
  @Test func stepsOnSeveralFieldsDoNotAllocate() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      for sample in [FieldSample.dense, .sparse] {
        let engine = sample.engine(shards: 2, threads: 2)
        let order = (0..<72).map { UInt32($0) }
        func steps(_ counts: ClosedRange<Int>) throws {
          for count in counts {
            let start = count % 3 * 24
            _ = try engine.step(
              order, start..<start + 24, from: sample.source, scalars: [],
              noise: (7, UInt32(count)), update: .adam(rate: 0.01, count: count),
              penalty: WeightPenalty(), clipNorm: nil)
          }
        }
        try steps(1...3)
        let sites = try allocations { try steps(4...23) }
        report(sites, of: "three fields, \(sample), 20 steps")
      }
    }
    printed(result)
  }
}

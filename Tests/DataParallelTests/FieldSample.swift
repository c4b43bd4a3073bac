import DataParallel
import EngineTestSupport
import Examples
import Execution
import GraphIR
import GraphPasses
import GraphRuns
import Optimizers

/// Examples with three fields, and a graph that reads all of them: rows from rows of the same class, where a mask lets
/// their error count.
///
///     y = tanh(x Wᵀ + label Uᵀ) Vᵀ        loss = Σ mask (y − x)²
struct FieldSample: Sendable, CustomStringConvertible {
  let description: String
  let source: ExampleSource
  static let (features, classes, hidden) = (45, ["red", "green", "blue"], 37)

  /// - Parameter data: makes the source of the data from its rows.
  init(_ name: String, data: ([Float]) -> any FieldSource) {
    description = name
    let size = Self.features
    let rows = (0..<100 * size).map { index -> Float in
      let (row, element) = (index / size, index % size)
      return (row * 31 + element * 7) % 9 == 0 ? Float((row + element) % 4 + 1) / 4 : 0
    }
    let mask = (0..<100 * size).map { UInt8(($0 * 5 + $0 / size) % 3 == 0 ? 0 : 1) }
    source = ExampleSource([
      ("x", data(rows)),
      ("label", ClassExamples((0..<100).map { Int32($0 * 7 % 11 % 3) }, names: Self.classes)),
      ("mask", DenseExamples(mask.map { Float($0) }, shape: [size])),
    ])
  }

  static let dense = FieldSample("dense") { DenseExamples($0, shape: [features]) }
  static let sparse = FieldSample("sparse") { CSRExamples(zeros: $0, columnCount: features) }

  /// The differentiated graph.
  static func graph(rows: Int) -> Graph {
    var g = GraphBuilder()
    func weight(_ name: String, _ shape: Shape) -> Value {
      g.parameter(
        ParameterDeclaration(
          name: name, shape: shape, initializer: .normal(standardDeviation: 0.2),
          role: .trained(isWeight: true)))
    }
    let (w, u) = (weight("w", [hidden, features]), weight("u", [hidden, classes.count]))
    let v = weight("v", [features, hidden])
    let x = g.input("x", [rows, features])
    let label = g.input("label", [rows, classes.count])
    let mask = g.input("mask", [rows, features])
    let sum = g.add(
      g.matmul(x, w, transposeRight: true), g.matmul(label, u, transposeRight: true))
    let y = g.matmul(g.tanh(sum), v, transposeRight: true)
    let error = g.multiply(mask, g.square(g.subtract(y, x)))
    g.output(.metric("objective"), g.sum(error))
    return g.graph.differentiated(of: .metric("objective"))
  }

  func family(smallestDeferred: Int = 0) -> PlanFamily {
    PlanFamily(
      table: ParameterTable(Self.graph(rows: 1).parameters), fieldNames: source.fieldNames,
      scalarNames: [], sparsity: source.sparsity, smallestDeferred: smallestDeferred,
      graph: Self.graph)
  }

  /// An engine at the parameters of seed 1.
  func engine(shards: Int, threads: Int, stateCount: Int = 2) -> StepEngine {
    let family = family()
    return StepEngine(
      family, parameters: ParameterMemory(family.table, seed: 1), stateCount: stateCount,
      batchSize: 24, shardCount: shards, threadCount: threads)
  }
}

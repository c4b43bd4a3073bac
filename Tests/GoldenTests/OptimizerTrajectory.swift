import Configuration
import DataParallel
import EngineTestSupport
import Examples
import Execution
import Foundation
import GraphIR
import GraphPasses
import HDF5
import Optimizers
import Training

/// Fifty steps that PyTorch made; see `make_optimizers.py`.
struct OptimizerTrajectory {
  let training: TrainingConfiguration
  let engine: StepEngine
  private let source: ExampleSource
  private static let shapes: [(name: String, shape: Shape)] = [
    ("weight", [61, 37]), ("bias", [61]), ("kernel", [5, 7, 11]),
  ]
  private static let count = shapes.reduce(0) { $0 + $1.shape.count }
  private static let (rows, steps) = (4, 50)

  static var file: String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/optimizers/optimizers.h5").path
  }

  static func names() throws -> [String] {
    try HDF5File(reading: file).children(of: "/").sorted()
  }

  init(_ name: String, shards: Int, threads: Int) throws {
    let file = try HDF5File(reading: Self.file)
    guard case .string(let text)? = try file.attribute("config", of: name) else {
      throw GoldenError(description: "\(name): no configuration")
    }
    training = try TrainingConfiguration(reading: JSONNode.parse(text, file: name))
    let table = ParameterTable(Self.graph(rows: 1).parameters)
    let family = PlanFamily(table: table, fieldNames: ["x"], scalarNames: []) {
      Self.graph(rows: $0).differentiated(of: .metric("objective"))
    }
    let memory = ParameterMemory(table)
    var first = 0
    for (index, entry) in table.entries.enumerated() {
      let range = first..<first + entry.range.count
      memory[index] = range.map { Float($0 * 7919 % 1024) / 512 - 1 }
      first = range.upperBound
    }
    engine = StepEngine(
      family, parameters: memory, stateCount: training.groups[0].optimizer.stateNames.count,
      isAveraged: training.average != nil, batchSize: Self.rows, shardCount: shards,
      threadCount: threads)
    for state in engine.states {
      for (index, entry) in table.entries.enumerated() {
        state[index] = [Float](
          repeating: training.groups[0].optimizer.initialState, count: entry.range.count)
      }
    }
    let scales = (0..<Self.count).map { i in (0..<i % 8).reduce(Float(1)) { scale, _ in scale / 2 }
    }
    let rows = (0..<Self.rows * Self.steps).flatMap { row in
      (0..<Self.count).map { i in
        let k = row * 7919 + i * 104_729 + row * i * 31 + row * row % 8191 * i
        return Float(k % 65536) / 32768 - 1
      } + scales
    }
    source = ExampleSource(DenseExamples(rows, shape: [2 * Self.count]))
  }

  /// Σ s/2 (w − x)², from rows of x and behind them s.
  private static func graph(rows: Int) -> Graph {
    var builder = GraphBuilder()
    let x = builder.input("x", [rows, 2 * count])
    var (first, objective) = (0, Value?.none)
    for (name, shape) in shapes {
      let w = builder.parameter(
        ParameterDeclaration(
          name: name, shape: shape, initializer: .constant(0),
          role: .trained(isWeight: name == "weight")))
      let (target, scale) = (
        builder.slice(x, axis: 1, start: first, count: shape.count),
        builder.slice(x, axis: 1, start: count + first, count: shape.count)
      )
      let distance = builder.subtract(builder.reshape(w, [shape.count]), target)
      let term = builder.sum(builder.multiply(scale, builder.square(distance)))
      objective = objective.map { builder.add($0, term) } ?? term
      first += shape.count
    }
    builder.output(.metric("objective"), builder.scale(objective!, by: 0.5))
    return builder.graph
  }

  func step(_ count: Int) throws {
    let range = (count - 1) * Self.rows..<count * Self.rows
    _ = try engine.step(
      (0..<UInt32(Self.rows * Self.steps)).map { $0 }, range, from: source, scalars: [],
      noise: (0, 0),
      update: training.groups[0].optimizer.rule(
        rate: training.groups[0].optimizer.learningRate, count: count),
      penalty: training.groups[0].penalty, clipNorm: training.groups[0].clipNorm,
      averageWeight: training.average?.weight(count: count))
  }

  /// All parameters one after another.
  static func values(_ memory: ParameterMemory) -> [Float] {
    memory.table.entries.indices.flatMap { memory[$0] }
  }

  /// The largest distance from what the file holds there, in units of the larger of 1 and the number for
  /// parameters, of the largest of all numbers for the rest.
  static func distance(_ memory: ParameterMemory, _ path: String) throws -> Double {
    let expected = try HDF5File(reading: file).read(path, as: Float.self).map { Double($0) }
    let found = values(memory)
    guard found.count == expected.count else { return .infinity }
    let isState = path.contains("/states/")
    let largest = expected.map(abs).max() ?? 0
    return zip(found, expected).map { abs(Double($0) - $1) / (isState ? largest : max(1, abs($1))) }
      .max() ?? .infinity
  }

  /// Names of the states that the file holds.
  static func states(_ name: String) throws -> [String] {
    let file = try HDF5File(reading: file)
    guard try file.children(of: name).contains("states") else { return [] }
    return try file.children(of: "\(name)/states")
  }
}

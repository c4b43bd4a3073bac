import DataParallel
import Examples
import Execution
import GraphRuns
import Models
import TeamTestSupport
import Teamwork
import Testing

/// Evaluation in chunks.
@Suite struct ChunkRunnerTests {
  private let rows = (0..<37).map { UInt32($0 * 5 % 37) }

  private func run(
    _ sample: TrainingSample, chunkRows: Int, threads: Int, rows: [UInt32]
  ) throws -> (objective: Double, means: [Float]) {
    let table = ParameterTable(sample.model.parameters)
    let memory = ParameterMemory(table, seed: 1)
    let evaluation = PlanFamily(
      table: table, fieldNames: ["x"], scalarNames: sample.model.scalarNames,
      sparsity: sample.source.sparsity
    ) { sample.model.evaluationGraph(rows: $0) }
    let encoder = PlanFamily(
      table: table, fieldNames: ["x"], scalarNames: [], sparsity: sample.source.sparsity
    ) { sample.model.encoderGraph(rows: $0) }
    let metrics = try ChunkRunner(evaluation, chunkRows: chunkRows, threadCount: threads).run(
      rows, from: sample.source, parameters: memory, scalars: sample.scalars, noise: (3, 4))
    let means = try ChunkRunner(encoder, chunkRows: chunkRows, threadCount: threads).run(
      rows, from: sample.source, parameters: memory)
    return (try #require(metrics.sum("objective"))[0], try #require(means.rows("mean")))
  }

  @Test(arguments: [TrainingSample.dense, .convolution, .sparse], [1, 5, 36, 37, 64])
  func resultsDoNotDependOnThreads(sample: TrainingSample, chunkRows: Int) throws {
    let expected = try run(sample, chunkRows: chunkRows, threads: 1, rows: rows)
    for threads in [2, 3, 16] {
      let found = try run(sample, chunkRows: chunkRows, threads: threads, rows: rows)
      #expect(found.objective == expected.objective)
      #expect(found.means == expected.means)
      let inTeam = try Team.ofThreads(threads) {
        try run(sample, chunkRows: chunkRows, threads: threads, rows: rows)
      }
      #expect(inTeam.objective == expected.objective)
      #expect(inTeam.means == expected.means)
    }
  }

  /// Every example is there once, in its place, however the chunks fall.
  @Test(arguments: [TrainingSample.dense, .convolution, .sparse])
  func raggedChunksGiveTheSameToRounding(sample: TrainingSample) throws {
    let expected = try run(sample, chunkRows: 37, threads: 2, rows: rows)
    #expect(expected.means.count == 37 * 3)
    for chunkRows in [1, 2, 5, 36, 64] {
      let found = try run(sample, chunkRows: chunkRows, threads: 2, rows: rows)
      #expect(abs(found.objective - expected.objective) <= 1e-5 * abs(expected.objective))
      #expect(found.means.count == expected.means.count)
      for (a, b) in zip(found.means, expected.means) { #expect(abs(a - b) <= 1e-5) }
    }
  }

  @Test func rowsComeInTheOrderThatWasAsked() throws {
    let straight = try run(.dense, chunkRows: 8, threads: 2, rows: Array(0..<16)).means
    let order: [UInt32] = [9, 3, 12, 0, 15, 1, 2, 4, 14, 13, 5, 6, 7, 8, 11, 10]
    let found = try run(.dense, chunkRows: 8, threads: 2, rows: order).means
    for (position, row) in order.enumerated() {
      #expect(
        Array(found[position * 3..<position * 3 + 3])
          == Array(straight[Int(row) * 3..<Int(row) * 3 + 3]))
    }
  }

  @Test func noRowsGiveNothing() throws {
    let runner = ChunkRunner(TrainingSample.dense.family(), chunkRows: 8, threadCount: 2)
    let memory = ParameterMemory(ParameterTable(TrainingSample.dense.model.parameters), seed: 1)
    let results = try runner.run(
      [], from: TrainingSample.dense.source, parameters: memory, scalars: [1])
    #expect(results.sum("objective") == nil)
  }
}

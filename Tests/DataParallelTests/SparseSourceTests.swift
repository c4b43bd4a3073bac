import DataParallel
import EngineTestSupport
import Examples
import Execution
import Glibc
import GraphIR
import GraphRuns
import KernelCalls
import Testing

/// Examples by their non-zeros, against the same examples held dense.
@Suite struct SparseSourceTests {
  private let order = (0..<24).map { UInt32($0 * 7 % 50) }

  /// Every gradient of every parameter, and the objective.
  @Test(arguments: [1, 2, 5])
  func gradientsAreThoseOfDenseRows(shards: Int) throws {
    func measured(_ sample: TrainingSample) throws -> (StepEngine, Double) {
      let engine = sample.engine(batchSize: 24, shards: shards, threads: 2, stateCount: 1)
      _ = try engine.measure(sample, order)
      return (engine, try #require(engine.sum("objective"))[0])
    }
    let (sparse, loss) = try measured(.sparse)
    let (full, expected) = try measured(.full)
    #expect(abs(loss - expected) <= 1e-5 * abs(expected))
    for index in sparse.states[0].table.entries.indices {
      let (found, wanted) = (sparse.states[0][index], full.states[0][index])
      let largest = wanted.reduce(0) { max($0, abs($1)) }
      #expect(largest > 0)
      for (a, b) in zip(found, wanted) { #expect(abs(a - b) <= 2e-5 * largest, "entry \(index)") }
    }
  }

  /// The plan reads non-zeros where it can: a forward product and a gradient.
  @Test func plansComputeFromTheNonZeros() throws {
    let (sparse, full) = (
      TrainingSample.sparse.family(smallestDeferred: .max).plan(rows: 8),
      TrainingSample.full.family(smallestDeferred: .max).plan(rows: 8)
    )
    #expect(sparse.readsNonZeros && !full.readsNonZeros)
    #expect(sparse.kernelCount == full.kernelCount)
    let counts = try #require(TrainingSample.sparse.source.sparsity["x"])
    let spared = 2 * 2 * 37 * (8 * 45 - Int((8 * counts.meanPerRow).rounded()))
    #expect(full.productFlops - sparse.productFlops == Double(spared))
  }

  /// Training from the same seed comes to the same parameters, to rounding.
  @Test func stepsAgreeWithThoseOnDenseRows() throws {
    func trained(_ sample: TrainingSample) throws -> [[Float]] {
      let engine = sample.engine(batchSize: 8, shards: 2, threads: 2)
      for count in 1...9 {
        let start = (count - 1) % 3 * 8
        _ = try engine.adam(sample, order, start..<start + 8, count: count)
      }
      return engine.parameters.table.entries.indices.map { engine.parameters[$0] }
    }
    for (found, wanted) in zip(try trained(.sparse), try trained(.full)) {
      for (a, b) in zip(found, wanted) { #expect(abs(a - b) <= 1e-3) }
    }
  }

  @Test func rowsGatherWithTheirZeros() {
    let (sparse, full) = (TrainingSample.sparse, TrainingSample.full)
    let rows: [UInt32] = [4, 99, 0, 0, 17]
    #expect(sparse.examples(rows) == full.examples(rows))
    #expect(sparse.examples([4]).allSatisfy { $0 == 0 })
  }

  /// Rows so full that dense products are faster are read dense.
  @Test func fullRowsAreReadDense() {
    let values = (0..<400).map { Float($0 % 4 == 0 ? 1 : 0) }
    let quarter = CSRExamples(zeros: values, columnCount: 40)
    #expect(quarter.sparse != nil && quarter.density == 0.25 && quarter.sparsity == nil)
    let tenth = CSRExamples(
      zeros: values.indices.map { $0 % 10 == 0 ? 1 : 0 }, columnCount: 40)
    #expect(tenth.sparsity == RowSparsity(mostPerRow: 4, meanPerRow: 4))
  }

  /// By a check, which traps, and not by what happens to lie behind the arrays.
  @Test func rowsThatAreNotThereEndTheProgram() async {
    await #expect(processExitsWith: .signal(SIGILL)) {
      let engine = TrainingSample.sparse.engine(batchSize: 2, shards: 1, threads: 1)
      _ = try engine.adam(.sparse, [0, 100], 0..<2, count: 1)
    }
    await #expect(processExitsWith: .signal(SIGILL)) {
      _ = CSRExamples(starts: [0, 2], columns: [3, 3], values: [1, 1], columnCount: 4)
    }
  }
}

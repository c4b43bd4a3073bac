import DataParallel
import Diagnosis
import Examples
import Execution
import GraphIR
import Optimizers
import Testing

/// Nothing is applied that is not finite, and the report says where it came from.
@Suite struct NonFiniteStepTests {
  private func bits(_ engine: StepEngine) -> [[UInt32]] {
    ([engine.parameters] + engine.states).flatMap { memory in
      memory.table.entries.indices.map { memory[$0].map(\.bitPattern) }
    }
  }

  @Test(arguments: NonFiniteSample.all)
  func theStepIsNotAppliedAndTheReportNamesThePlace(sample: NonFiniteSample) throws {
    var reports: [NonFiniteStep] = []
    for threads in [1, 2, 3, 16] {
      let (engine, source) = try sample.engine(threads: threads)
      let before = bits(engine)
      let report = try #require(
        throws: NonFiniteStep.self, "\(threads) threads"
      ) { try sample.step(engine, source) }
      #expect(bits(engine) == before, "\(threads) threads")
      // Nor the second time, when nothing is unknown any more.
      #expect(throws: report) { try sample.step(engine, source) }
      #expect(bits(engine) == before, "\(threads) threads, again")
      reports.append(report)
    }
    let report = reports[0]
    #expect(reports.allSatisfy { $0 == report })
    #expect(report.kind == sample.kind)
    #expect(report.place == sample.place)
    #expect(report.shard == sample.shard && report.example == sample.example)
    let all = (0..<8).map { UInt32($0) }
    #expect(report.minibatch == all && report.shardCount == 2)
    #expect(
      report.examples == (sample.shard.map { Array(all[$0 * 4..<$0 * 4 + 4]) } ?? all))
    #expect(report.description.contains("not finite, first in \(sample.place)"))
  }

  /// After a step that was refused the engine goes on as if it had not been asked for.
  @Test func theNextStepIsAsIfThereHadBeenNone() throws {
    let fine = TrainingSample.dense
    func run(refused: Bool) throws -> [[UInt32]] {
      let engine = fine.engine(batchSize: 8, shards: 2, threads: 2)
      let order = (0..<24).map { UInt32($0) }
      for count in 1...3 {
        if refused {
          // The rate alone makes it overflow.
          let rule = UpdateRule.adam(
            rate: 1e39, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0, count: count)
          #expect(throws: NonFiniteStep.self) {
            try engine.step(
              order, 0..<8, from: fine.source, scalars: fine.scalars, noise: (7, UInt32(count)),
              update: rule, penalty: WeightPenalty(), clipNorm: nil)
          }
        }
        _ = try engine.adam(fine, order, count * 8 - 8..<count * 8, count: count)
      }
      return bits(engine)
    }
    #expect(try run(refused: true) == run(refused: false))
  }

  /// What is set from outside is not known to be small, so its update is previewed; a preview changes
  /// no bit.
  @Test(arguments: [TrainingSample.dense, .convolution], [1, 2, 3, 16])
  func previewsChangeNoBits(sample: TrainingSample, threads: Int) throws {
    func run(previewed: Bool) throws -> [[UInt32]] {
      let engine = sample.engine(batchSize: 8, shards: 3, threads: threads)
      let order = (0..<40).map { UInt32($0) }
      for count in 1...5 {
        if previewed { engine.parameters[0] = engine.parameters[0] }
        _ = try engine.adam(
          sample, order, count * 8 - 8..<count * 8, count: count, clipNorm: 0.5)
      }
      return bits(engine)
    }
    #expect(try run(previewed: true) == run(previewed: false))
  }

  /// Bounds that say nothing, as those of a tiny epsilon, refuse no finite step.
  @Test func anUncertainStepIsAppliedWhereItIsFinite() throws {
    let sample = TrainingSample.dense
    let engine = sample.engine(batchSize: 24, shards: 2, threads: 2)
    let before = bits(engine)
    let order = (0..<24).map { UInt32($0) }
    for count in 1...3 {
      _ = try engine.step(
        order, 0..<24, from: sample.source, scalars: sample.scalars, noise: (7, UInt32(count)),
        update: .adam(rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 2e-38, decay: 0, count: count),
        penalty: WeightPenalty(), clipNorm: nil)
    }
    #expect(bits(engine) != before)
  }
}

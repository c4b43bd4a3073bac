import DataParallel
import EngineTestSupport
import Examples
import Execution
import GraphIR
import Models
import Optimizers
import Testing

/// Moments of what is no longer fed end at zero, not at numbers that processors are slow with.
@Suite struct SubnormalTests {
  @Test(arguments: [1, 3])
  func momentsThatNothingFeedsBecomeZero(shards: Int) throws {
    let sample = TrainingSample.dense
    // The first feature is on in example 0 alone.
    let values = (0..<4 * 18).map { Float($0 % 18 == 0 ? ($0 == 0 ? 1 : 0) : 0.5) }
    let source = ExampleSource(DenseExamples(values, shape: [18]))
    let engine = sample.engine(batchSize: 4, shards: shards, threads: 2)
    for count in 1...1200 {
      let order: [UInt32] = count == 1 ? [0, 1, 2, 3] : [1, 2, 3, 1]
      _ = try engine.step(
        order, 0..<4, from: source, scalars: sample.scalars, noise: (7, UInt32(count)),
        update: .adam(
          rate: 1e-6, beta1: 0.9, beta2: 0.5, epsilon: 1e-8, decay: 0, count: count),
        penalty: WeightPenalty(), clipNorm: nil)
    }
    let index = try #require(
      engine.states[0].table.entries.firstIndex {
        $0.declaration.name == "encoder.dense1.weight"
      })
    for state in engine.states.prefix(2) {
      let ofTheFeature = stride(from: 0, to: state[index].count, by: 18).map { state[index][$0] }
      #expect(ofTheFeature.allSatisfy { $0 == 0 }, "\(ofTheFeature)")
      let others = engine.states[0].table.entries.indices.flatMap { state[$0] }
      #expect(others.allSatisfy { !$0.isSubnormal })
      #expect(others.contains { $0 != 0 })
    }
  }
}

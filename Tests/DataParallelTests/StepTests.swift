import DataParallel
import EngineTestSupport
import Examples
import Execution
import GraphIR
import GraphPasses
import GraphRuns
import Models
import Testing

/// What a step computes.
@Suite struct StepTests {
  private let order = (0..<24).map { UInt32($0 * 7 % 24) }

  /// Σ g² of one run of the whole minibatch; the noise is that of the rows 0, 1, ….
  @Test(arguments: [TrainingSample.dense, .convolution])
  func gradientNormIsThatOfTheWholeBatch(sample: TrainingSample) throws {
    let rows = Array(0..<UInt32(24))
    let engine = sample.engine(batchSize: 24, shards: 1, threads: 2, stateCount: 1)
    let outcome = try engine.measure(sample, rows)
    let graph = sample.model.trainingGraph(rows: 24).differentiated(of: .metric("objective"))
    let memory = ParameterMemory(engine.parameters.table, seed: 1)
    let values = try runOnce(
      graph, parameters: memory, inputs: ["x": sample.examples(rows), "beta": sample.scalars],
      noise: (7, 1))
    var sum = 0.0
    for (output, gradient) in zip(graph.outputs, values) {
      if case .gradient = output.role {
        sum = gradient.reduce(sum) { $0 + Double($1 / 24) * Double($1 / 24) }
      }
    }
    #expect(abs(outcome.gradientNorm - sum.squareRoot()) <= 1e-6 * sum.squareRoot())
    #expect(abs(outcome.gradientNorm - engine.firstMomentNorm) <= 1e-6 * sum.squareRoot())
    #expect(outcome.exampleCount == 24)
  }

  @Test(arguments: [1, 3, 4], [0.01, 0.3])
  func clippingLeavesTheNormThatIsAskedFor(shards: Int, clipNorm: Double) throws {
    let engine = TrainingSample.dense.engine(
      batchSize: 24, shards: shards, threads: 2, stateCount: 1)
    let outcome = try engine.measure(.dense, order, clipNorm: clipNorm)
    #expect(outcome.gradientNorm > clipNorm)
    #expect(abs(engine.firstMomentNorm - clipNorm) <= 1e-6 * clipNorm)
  }

  @Test func aShortGradientIsNotClipped() throws {
    let (free, clipped) = (
      TrainingSample.dense.engine(batchSize: 24, shards: 3, threads: 2, stateCount: 1),
      TrainingSample.dense.engine(batchSize: 24, shards: 3, threads: 2, stateCount: 1)
    )
    let norm = try free.measure(.dense, order).gradientNorm
    #expect(try clipped.measure(.dense, order, clipNorm: norm * 1.01).gradientNorm == norm)
    for index in free.states[0].table.entries.indices {
      #expect(free.states[0][index] == clipped.states[0][index])
    }
  }

  /// Running statistics take the shards' values, weighted by their rows.
  @Test func statisticsAreAveragedOverShards() throws {
    let sample = TrainingSample.convolution
    let rows = Array(0..<UInt32(20))
    let engine = sample.engine(batchSize: 20, shards: 3, threads: 2, stateCount: 1)
    let memory = ParameterMemory(engine.parameters.table, seed: 1)
    _ = try engine.measure(sample, rows)
    // Only the first normalisation is before all noise, so that runOnce needs no ids.
    let index = try #require(
      sample.model.parameters.firstIndex { $0.name == "encoder.batchNorm1.running_mean" })
    var sum = [Double](repeating: 0, count: memory[index].count)
    for part in [0..<6, 6..<13, 13..<20] {
      let graph = sample.model.trainingGraph(rows: part.count)
      let values = try runOnce(
        graph, parameters: memory,
        inputs: ["x": sample.examples(Array(rows[part])), "beta": sample.scalars])
      let output = try #require(graph.outputs.firstIndex { $0.role == .statistic(index) })
      for (channel, value) in values[output].enumerated() { sum[channel] += Double(value) }
    }
    for (found, sum) in zip(engine.parameters[index], sum) {
      // Momentum 0.1, from 0.
      #expect(abs(Double(found) - 0.1 * sum / 20) <= 1e-6)
    }
    #expect(engine.parameters[index].contains { abs($0) > 1e-3 })
  }

  /// The noise belongs to examples, so their order changes nothing but the order of a sum.
  @Test func aPermutedMinibatchHasTheSameLoss() throws {
    let permuted = order.sorted { $0 * 11 % 24 < $1 * 11 % 24 }
    #expect(permuted != order)
    let engine = TrainingSample.dense.engine(batchSize: 24, shards: 3, threads: 2, stateCount: 1)
    let norm = try engine.measure(.dense, order).gradientNorm
    let loss = try #require(engine.sum("objective"))[0]
    let other = TrainingSample.dense.engine(batchSize: 24, shards: 3, threads: 2, stateCount: 1)
    let otherNorm = try other.measure(.dense, permuted).gradientNorm
    #expect(abs(try #require(other.sum("objective"))[0] - loss) <= 1e-5 * loss)
    #expect(abs(otherNorm - norm) <= 1e-5 * norm)
    // Other examples have another one.
    let third = TrainingSample.dense.engine(batchSize: 24, shards: 3, threads: 2, stateCount: 1)
    _ = try third.measure(.dense, order.map { $0 + 24 })
    #expect(abs(try #require(third.sum("objective"))[0] - loss) > 1e-4 * loss)
  }

  /// Without a layer that joins examples, shards change the rounding alone.
  @Test func shardsAgreeToRounding() throws {
    let norms = try [1, 2, 3, 4, 24, 30].map { shards in
      try TrainingSample.dense.engine(
        batchSize: 24, shards: shards, threads: 2, stateCount: 1
      ).measure(.dense, order).gradientNorm
    }
    for norm in norms { #expect(abs(norm - norms[0]) <= 1e-5 * norms[0]) }
  }

  /// Parts cover all items once, in order, and differ by at most one.
  @Test(arguments: [1, 2, 3, 7, 16], [1, 5, 16, 100])
  func partsCoverEverything(parts: Int, count: Int) {
    let ranges = (0..<parts).map { part($0, of: parts, count: count) }
    #expect(ranges.flatMap { Array($0) } == Array(0..<count))
    #expect((ranges.map(\.count).max() ?? 0) - (ranges.map(\.count).min() ?? 0) <= 1)
  }
}

extension TrainingSample {
  /// These examples, row after row.
  func examples(_ rows: [UInt32]) -> [Float] {
    do { return try ExampleSet(source, positions: rows).values() } catch {
      preconditionFailure("\(error)")
    }
  }
}

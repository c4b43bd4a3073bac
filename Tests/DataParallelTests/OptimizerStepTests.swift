import Configuration
import DataParallel
import Diagnosis
import Examples
import Execution
import GraphIR
import Optimizers
import Testing

/// Every optimiser in the engine, with an average of the parameters beside it.
@Suite struct OptimizerStepTests {
  /// Bits of parameters, statistics, state and average after eight steps, clipped or not.
  private func bits(
    _ optimizer: any Optimizer, _ sample: TrainingSample, threads: Int, clipNorm: Double?,
    previewed: Bool = false
  ) throws -> [[UInt32]] {
    let engine = sample.engine(
      batchSize: 13, shards: 3, threads: threads, stateCount: optimizer.stateNames.count,
      isAveraged: true)
    let order = (0..<40).map { UInt32($0 * 27 % 40) }
    for count in 1...8 {
      if previewed { engine.parameters[0] = engine.parameters[0] }
      let start = (count - 1) % 4 * 13
      _ = try engine.step(
        order, start..<min(start + 13, 40), from: sample.source, scalars: sample.scalars,
        noise: (7, UInt32(count)), update: optimizer.rule(rate: 0.01, count: count),
        penalty: WeightPenalty(l1: 1e-4, l2: 1e-3), clipNorm: clipNorm,
        averageWeight: 1 / Double(count))
    }
    return ([engine.parameters] + engine.states + [engine.average!]).flatMap { memory in
      memory.table.entries.indices.map { memory[$0].map(\.bitPattern) }
    }
  }

  @Test(arguments: usualOptimizers.map { $0.key }, [nil, 0.5])
  func threadsChangeNoBits(key: String, clipNorm: Double?) throws {
    let optimizer = try #require(usualOptimizers.first { $0.key == key }?.optimizer)
    for sample in [TrainingSample.dense, .convolution, .sparse] {
      let expected = try bits(optimizer, sample, threads: 1, clipNorm: clipNorm)
      for threads in [2, 3, 16] {
        let found = try bits(optimizer, sample, threads: threads, clipNorm: clipNorm)
        #expect(found == expected, "\(key), \(sample), \(threads) threads")
      }
      let previewed = try bits(
        optimizer, sample, threads: 2, clipNorm: clipNorm, previewed: true)
      #expect(previewed == expected, "\(key), \(sample), previewed")
    }
  }

  /// A normalised gradient is as long as 1 over each parameter, however it is made and cut: with β₁ = 0 it is the
  /// first moment.
  @Test(arguments: [0, Int.max], [nil, 1e-3])
  func normalizedGradientsHaveLengthOne(smallestDeferred: Int, clipNorm: Double?) throws {
    let sample = TrainingSample.dense
    let engine = sample.engine(
      batchSize: 24, shards: 3, threads: 2, smallestDeferred: smallestDeferred)
    let json = try JSONNode.parse(#"{ "beta1": 0 }"#, file: nil)
    let optimizer = try json.object(read: AdamNormGrad.init(reading:)).value
    let order = (0..<24).map { UInt32($0) }
    _ = try engine.step(
      order, 0..<24, from: sample.source, scalars: sample.scalars, noise: (7, 1),
      update: optimizer.rule(rate: 0.01, count: 1), penalty: WeightPenalty(), clipNorm: clipNorm)
    for (index, entry) in engine.parameters.table.entries.enumerated() {
      let length = engine.states[0][index].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      // 10⁻⁷ beside a norm that clipping makes small.
      #expect(abs(length - 1) < 1e-2, "\(entry.declaration.name): \(length)")
    }
  }

  /// What a refused step leaves: the average too has the bits of before.
  @Test func aRefusedStepLeavesTheAverage() throws {
    let sample = TrainingSample.dense
    let engine = sample.engine(
      batchSize: 24, shards: 2, threads: 2, stateCount: 0, isAveraged: true)
    let order = (0..<24).map { UInt32($0) }
    func average() -> [[UInt32]] {
      engine.parameters.table.entries.indices.map { engine.average![$0].map(\.bitPattern) }
    }
    #expect(average() == engine.parameterBits, "it begins at the parameters")
    func step(rate: Double) throws {
      _ = try engine.step(
        order, 0..<24, from: sample.source, scalars: sample.scalars, noise: (7, 1),
        update: .sgd(rate: rate), penalty: WeightPenalty(), clipNorm: nil, averageWeight: 0.5)
    }
    try step(rate: 0.1)
    let before = average()
    #expect(before != engine.parameterBits)
    #expect(throws: NonFiniteStep.self) { try step(rate: 1e39) }
    #expect(average() == before)
  }
}

/// Every optimiser at its defaults, and what changes the number of its states.
let usualOptimizers: [(key: String, optimizer: any Optimizer)] = {
  func read(_ type: any Optimizer.Type, _ json: String) -> any Optimizer {
    do throws(ConfigurationError) {
      let node = try JSONNode.parse(json, file: nil)
      let (optimizer, _) = try node.object { (reader) throws(ConfigurationError) in
        try type.init(reading: &reader)
      }
      return optimizer
    } catch { preconditionFailure("\(error)") }
  }
  return optimizerChoices.map { ($0.key, read($0, "{}")) } + [
    ("sgd with momentum", read(SGD.self, #"{ "momentum": 0.9 }"#)),
    ("rmsprop with all", read(RMSprop.self, #"{ "momentum": 0.9, "centered": true }"#)),
  ]
}()

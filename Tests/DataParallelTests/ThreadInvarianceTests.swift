import DataParallel
import Execution
import GraphIR
import GraphRuns
import TeamTestSupport
import Teamwork
import Testing

/// Shards define the arithmetic, threads only the speed.
@Suite struct ThreadInvarianceTests {
  /// A minibatch size, its shards, and what is special about them.
  struct Setting: Sendable, CustomStringConvertible {
    var batchSize: Int
    var shards: Int
    var description: String { "batches of \(batchSize) in \(shards) shards" }
  }

  static let settings = [
    Setting(batchSize: 16, shards: 4), Setting(batchSize: 16, shards: 1),
    Setting(batchSize: 16, shards: 3), Setting(batchSize: 13, shards: 4),
    // The last minibatch of 40 rows has 1, fewer than the shards.
    Setting(batchSize: 13, shards: 3), Setting(batchSize: 3, shards: 4),
  ]

  @Test(arguments: [TrainingSample.dense, .convolution, .sparse], settings)
  func parametersHaveTheSameBits(sample: TrainingSample, setting: Setting) throws {
    let expected = try bits(sample, setting, threads: 1)
    for threads in [2, 3, 16] {
      #expect(try bits(sample, setting, threads: threads) == expected, "\(threads) threads")
    }
  }

  @Test(arguments: [TrainingSample.dense, .convolution, .sparse])
  func clippedStepsHaveTheSameBits(sample: TrainingSample) throws {
    let setting = Setting(batchSize: 16, shards: 4)
    let expected = try bits(sample, setting, threads: 1, clipNorm: 0.5)
    for threads in [2, 3, 16] {
      let found = try bits(sample, setting, threads: threads, clipNorm: 0.5)
      #expect(found == expected, "\(threads) threads")
    }
    #expect(try bits(sample, setting, threads: 1) != expected, "clipping changed nothing")
  }

  @Test(
    .enabled(if: Precision.bfloat16.isAvailable, "needs AVX512-BF16 or AMX-BF16"),
    arguments: [TrainingSample.dense, .convolution, .sparse], [settings[0], settings[3]])
  func stepsInBFloat16HaveTheSameBits(sample: TrainingSample, setting: Setting) throws {
    let expected = try bits(sample, setting, threads: 1, precision: .bfloat16)
    for threads in [2, 3, 16] {
      let found = try bits(sample, setting, threads: threads, precision: .bfloat16)
      #expect(found == expected, "\(threads) threads")
    }
    #expect(try bits(sample, setting, threads: 1) != expected, "bfloat16 changed nothing")
  }

  /// In a team that stays together for all steps: libdispatch's threads, and many more than there are cores.
  @Test(arguments: [TrainingSample.dense, .convolution, .sparse], [nil, 0.5])
  func teamsGiveTheSameBits(sample: TrainingSample, clipNorm: Double?) throws {
    let setting = Setting(batchSize: 13, shards: 4)
    let expected = try bits(sample, setting, threads: 1, clipNorm: clipNorm)
    for threads in [1, 2, 3, 7, 16, 40] {
      let found = try Team.during(workers: threads) {
        try bits(sample, setting, threads: threads, clipNorm: clipNorm)
      }
      #expect(found == expected, "\(threads) threads at most")
      let own = try Team.ofThreads(threads) {
        try bits(sample, setting, threads: threads, clipNorm: clipNorm)
      }
      #expect(own == expected, "\(threads) threads")
    }
  }

  /// Shards do define the arithmetic: with batch normalisation other shards give other numbers.
  @Test func shardsChangeTheBitsOfBatchNormalisation() throws {
    let four = try bits(.convolution, Setting(batchSize: 16, shards: 4), threads: 2)
    let one = try bits(.convolution, Setting(batchSize: 16, shards: 1), threads: 2)
    #expect(four != one)
  }

  /// 20 steps over 40 rows in an order that is none, the last minibatch of each round ragged.
  private func bits(
    _ sample: TrainingSample, _ setting: Setting, threads: Int, clipNorm: Double? = nil,
    precision: Precision = .float32
  ) throws -> [[UInt32]] {
    let engine = sample.engine(
      batchSize: setting.batchSize, shards: setting.shards, threads: threads,
      precision: precision)
    let order = (0..<40).map { (position: Int) -> UInt32 in
      UInt32(position * 27 % 40 + position % 2 * 40)
    }
    var (start, metrics) = (0, [Double](repeating: 0, count: engine.metricCount))
    for count in 1...20 {
      let end = min(start + setting.batchSize, order.count)
      _ = try engine.adam(sample, order, start..<end, count: count, clipNorm: clipNorm)
      engine.forEachPart { part, _ in
        for index in metrics.indices { metrics[index] += Double(part[index]) }
      }
      start = end == order.count ? 0 : end
    }
    let bits = engine.parameterBits
    #expect(engine.parameters[0].allSatisfy { $0.isFinite })
    return bits + [metrics.map { UInt32(truncatingIfNeeded: $0.bitPattern >> 32) }]
  }
}

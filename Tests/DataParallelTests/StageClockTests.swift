import DataParallel
import TeamTestSupport
import Teamwork
import Testing

/// A clock sees all of a step's stages, and changes no bit of it.
@Suite struct StageClockTests {
  @Test(arguments: [1, 2, 16], [nil, 0.5])
  func timesAddUp(threads: Int, clipNorm: Double?) throws {
    try expectTimesAddUp(threads: threads, clipNorm: clipNorm)
    try Team.ofThreads(threads) { try expectTimesAddUp(threads: threads, clipNorm: clipNorm) }
  }

  /// A worker that does not come is late for the whole stage.
  @Test func whoDoesNotComeIsLate() throws {
    let order = (0..<32).map { UInt32($0) }
    let engine = TrainingSample.dense.engine(batchSize: 32, shards: 4, threads: 4)
    let clock = StageClock(workerCount: 4)
    engine.clock = clock
    try Team(workers: 4).lead {
      for count in 1...5 { _ = try engine.adam(.dense, order, 0..<32, count: count) }
    }
    for times in [clock.shards, clock.update] {
      #expect(times.late >= 0.74 * times.total && times.late < times.total)
    }
  }

  private func expectTimesAddUp(threads: Int, clipNorm: Double?) throws {
    let order = (0..<32).map { UInt32($0) }
    let plain = TrainingSample.dense.engine(batchSize: 32, shards: 4, threads: threads)
    let timed = TrainingSample.dense.engine(batchSize: 32, shards: 4, threads: threads)
    let clock = StageClock(workerCount: threads)
    timed.clock = clock
    let seconds = try ContinuousClock().measure {
      for count in 1...5 {
        _ = try timed.adam(.dense, order, 0..<32, count: count, clipNorm: clipNorm)
      }
    }
    for count in 1...5 {
      _ = try plain.adam(.dense, order, 0..<32, count: count, clipNorm: clipNorm)
    }
    #expect(timed.parameterBits == plain.parameterBits)
    for times in [clock.shards, clock.update] {
      #expect(times.work > 0 && times.late >= 0 && times.waiting >= 0)
    }
    #expect(clock.shards.total + clock.update.total <= seconds / .seconds(1))
  }

  /// Threads may be lowered and raised again between steps.
  @Test func threadsChangeBetweenSteps() throws {
    let order = (0..<32).map { UInt32($0) }
    let fixed = TrainingSample.convolution.engine(batchSize: 32, shards: 4, threads: 1)
    let changing = TrainingSample.convolution.engine(batchSize: 32, shards: 4, threads: 3)
    for (count, threads) in [3, 1, 2, 3].enumerated() {
      changing.workerCount = threads
      _ = try changing.adam(.convolution, order, 0..<32, count: count + 1)
      _ = try fixed.adam(.convolution, order, 0..<32, count: count + 1)
    }
    #expect(changing.parameterBits == fixed.parameterBits)
  }
}

internal import Synchronization
internal import Teamwork

/// What it costs to open a stage in a team, to be joined by all, and to go on when all have left.
public struct StageCost: Sendable, Hashable {
  /// Seconds for the coordinator alone.
  public var alone: Double
  /// Seconds that the first further thread adds: the way to it and back.
  public var meeting: Double
  /// Seconds that each thread after it adds.
  public var further: Double

  /// Costs that are known.
  public init(alone: Double, meeting: Double, further: Double) {
    (self.alone, self.meeting, self.further) = (alone, meeting, further)
  }

  /// Seconds of one stage.
  public func seconds(threads: Int) -> Double {
    alone + (threads > 1 ? meeting + Double(threads - 2) * further : 0)
  }
}

extension StageCost {
  /// Measures it, with no more threads than there are processors.
  ///
  /// Two processors do not tell what a third one adds. It reads one line of memory that the coordinator has
  /// written, and the coordinator reads one of its lines, so that is what is measured then.
  public init(threads: Int) {
    alone = Self.stageSeconds(threads: 1)
    meeting = 0
    further = 0
    guard threads > 1 else { return }
    let two = Self.stageSeconds(threads: 2)
    meeting = max(0, two - alone)
    further =
      threads > 2
      ? max(0, Self.stageSeconds(threads: threads) - two) / Double(threads - 2)
      : 2 * Self.lineSeconds()
  }

  private static let repetitions = 400

  /// Workers that have not come yet.
  private final class Missing: Sendable {
    let count = Atomic(0)

    /// Waits for all, a millisecond at most: where the machine is busy they may not come.
    func await() {
      let start = ContinuousClock.now
      while !haveCome, ContinuousClock.now - start < .milliseconds(1) {}
    }

    var haveCome: Bool { count.load(ordering: .acquiring) == 0 }
  }

  /// Median of a stage that all workers come to and do nothing in. Stages follow each other after 50 µs of
  /// work, as they do in a step.
  private static func stageSeconds(threads: Int) -> Double {
    let missing = Missing()
    return Team.during(workers: threads) {
      median {
        busy(for: .microseconds(50))
        missing.count.store(threads - 1, ordering: .relaxed)
        let start = ContinuousClock.now
        unsafe Team.perform(workers: threads, Unmanaged.passUnretained(missing).toOpaque(), meet)
        return missing.haveCome ? ContinuousClock.now - start : nil
      }
    }
  }

  private static let meet: Team.Part = { missing, worker in
    guard let missing = unsafe missing else { return }
    unsafe Unmanaged<Missing>.fromOpaque(missing)._withUnsafeGuaranteedRef { missing in
      if worker > 0 {
        missing.count.subtract(1, ordering: .relaxed)
      } else {
        missing.await()
      }
    }
  }

  /// Median of reading one of many lines that another core has just written, a hundred in a row.
  private static func lineSeconds() -> Double {
    let (lines, missing) = (Lines(), Missing())
    let seconds = Team.during(workers: 2) {
      median {
        missing.count.store(1, ordering: .relaxed)
        Team.perform(workers: 2) { worker in
          guard worker > 0 else { return missing.await() }
          lines.write()
          missing.count.store(0, ordering: .releasing)
        }
        let start = ContinuousClock.now
        precondition(lines.sum() >= 0)
        return missing.haveCome ? ContinuousClock.now - start : nil
      }
    }
    return seconds / Double(Lines.count)
  }

  /// Words that lie as far apart as what workers of a team write.
  ///
  /// Safety: they are atomic, and live as long as this object.
  @safe private final class Lines: @unchecked Sendable {
    static let count = 100
    private static let stride = 16
    private let words: UnsafeMutablePointer<Atomic<Int>>

    init() {
      unsafe words = .allocate(capacity: Self.count * Self.stride)
      for index in 0..<Self.count * Self.stride {
        unsafe (words + index).initialize(to: Atomic(0))
      }
    }

    deinit { unsafe words.deallocate() }

    func write() {
      for index in 0..<Self.count {
        unsafe words[index * Self.stride].store(1, ordering: .relaxed)
      }
    }

    func sum() -> Int {
      (0..<Self.count).reduce(0) {
        unsafe $0 + words[$1 * Self.stride].load(ordering: .relaxed)
      }
    }
  }

  /// Seconds in the middle of those measurements that all workers have come to; 0 where there are none.
  private static func median(of measure: () -> Swift.Duration?) -> Double {
    let times = (0..<repetitions).compactMap { _ in measure() }.sorted()
    return times.isEmpty ? 0 : times[times.count / 2] / .seconds(1)
  }

  private static func busy(for duration: Swift.Duration) {
    let start = ContinuousClock.now
    while ContinuousClock.now - start < duration {}
  }
}

internal import Dispatch
internal import Synchronization

/// What the workers of a step are doing, for another thread to look at while they do it.
///
/// The step writes and never reads, so that nothing it computes depends on who looks. Writing takes a
/// few nanoseconds and no memory.
///
/// Safety: the counters are atomic, one per worker; the memory lives as long as this object.
@safe public final class StepActivity: @unchecked Sendable {
  /// A step that is under way.
  public struct Current: Sendable, Hashable {
    /// Its number, from 1.
    public var step: Int
    /// Seconds since it began.
    public var seconds: Double
    /// Mean seconds of the steps before it; nil for the first.
    public var usualSeconds: Double?
    /// Workers that compute a shard just now, and which.
    public var shards: [ActiveShard]
  }

  /// A worker and the shard that it computes.
  public struct ActiveShard: Sendable, Hashable {
    /// The worker, from 0.
    public var worker: Int
    /// The shard, from 0.
    public var shard: Int
  }

  private let workerCount: Int
  /// One per worker: its shard and 1, or 0 where it computes none.
  private let shards: UnsafeMutablePointer<Atomic<Int>>
  private let step = Atomic(0)
  /// When the current step began, by the clock of `DispatchTime`; 0 between steps.
  private let start = Atomic<UInt64>(0)
  private let stepsDone = Atomic(0)
  private let nanosecondsDone = Atomic<UInt64>(0)

  /// An activity of so many workers, none of which does anything yet.
  init(workerCount: Int) {
    self.workerCount = workerCount
    unsafe shards = .allocate(capacity: workerCount)
    for worker in 0..<workerCount { unsafe (shards + worker).initialize(to: Atomic(0)) }
  }

  deinit {
    unsafe shards.deinitialize(count: workerCount)
    unsafe shards.deallocate()
  }

  /// The step that is under way; nil between steps.
  public var current: Current? {
    let began = start.load(ordering: .acquiring)
    guard began > 0 else { return nil }
    let now = DispatchTime.now().uptimeNanoseconds
    let done = stepsDone.load(ordering: .relaxed)
    let total = Double(nanosecondsDone.load(ordering: .relaxed)) / 1e9
    let active = (0..<workerCount).compactMap { worker -> ActiveShard? in
      let shard = unsafe shards[worker].load(ordering: .relaxed)
      return shard == 0 ? nil : ActiveShard(worker: worker, shard: shard - 1)
    }
    return Current(
      step: step.load(ordering: .relaxed), seconds: Double(now - min(began, now)) / 1e9,
      usualSeconds: done == 0 ? nil : total / Double(done), shards: active)
  }

  func beginStep(_ number: Int) {
    step.store(number, ordering: .relaxed)
    start.store(DispatchTime.now().uptimeNanoseconds, ordering: .releasing)
  }

  func endStep() {
    let began = start.exchange(0, ordering: .relaxed)
    nanosecondsDone.add(DispatchTime.now().uptimeNanoseconds - began, ordering: .relaxed)
    stepsDone.add(1, ordering: .relaxed)
  }

  func beginShard(_ shard: Int, worker: Int) {
    unsafe shards[worker].store(shard + 1, ordering: .relaxed)
  }

  func endShard(worker: Int) { unsafe shards[worker].store(0, ordering: .relaxed) }
}

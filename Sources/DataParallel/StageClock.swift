/// Where the time of steps goes: what the threads do in the stages, and what they wait for.
///
/// Safety: in a stage worker `w` alone writes time `w`; the coordinator clears and reads between stages.
@safe public final class StageClock {
  /// What a stage is for.
  public enum Kind: Sendable { case shards, update }

  /// Seconds of all stages of one kind, averaged over the workers; they add up to the stages' time.
  public struct Times: Sendable, Hashable {
    /// Doing what the stage is for.
    public var work = 0.0
    /// From the start of the stage until the worker began. All of it for one that did not come.
    public var late = 0.0
    /// From the worker's end until the stage returned: waiting for the slowest.
    public var waiting = 0.0
    /// From start to return.
    public var total: Double { work + late + waiting }

    /// Times of one stage.
    init(start: Double, end: Double, workers: [(begin: Double, end: Double)]) {
      let count = Double(max(1, workers.count))
      work = workers.reduce(0) { $0 + $1.end - $1.begin } / count
      late = workers.reduce(0) { $0 + $1.begin - start } / count
      waiting = workers.reduce(0) { $0 + end - $1.end } / count
    }

    /// No time yet.
    public init() {}

    /// Each of them, divided.
    public static func / (times: Times, count: Double) -> Times {
      var mean = times
      (mean.work, mean.late, mean.waiting) = (
        times.work / count, times.late / count, times.waiting / count
      )
      return mean
    }

    static func += (sum: inout Times, times: Times) {
      sum.work += times.work
      sum.late += times.late
      sum.waiting += times.waiting
    }
  }

  @unsafe struct WorkerTime {
    var begin, end: ContinuousClock.Instant
  }

  /// The first stage of every step so far.
  public private(set) var shards = Times()
  /// Its other stages.
  public private(set) var update = Times()
  /// Of the workers that have come to the stage under way.
  let times: UnsafeMutablePointer<WorkerTime?>
  private let workerCount: Int

  /// A clock for an engine with at most so many workers.
  public init(workerCount: Int) {
    self.workerCount = workerCount
    unsafe times = .allocate(capacity: workerCount)
    unsafe times.initialize(repeating: nil, count: workerCount)
  }

  deinit { unsafe times.deallocate() }

  /// Begins a stage.
  func start(workers: Int) -> ContinuousClock.Instant {
    precondition(workers <= workerCount, "\(workers) workers, a clock for \(workerCount)")
    unsafe times.update(repeating: nil, count: workers)
    return .now
  }

  /// Adds a stage that has just returned.
  func add(_ kind: Kind, workers: Int, since start: ContinuousClock.Instant) {
    let end = ContinuousClock.now
    func seconds(_ instant: ContinuousClock.Instant) -> Double { (instant - start) / .seconds(1) }
    let stage = Times(
      start: 0, end: seconds(end),
      workers: (0..<workers).map { worker in
        let time = unsafe times[worker]
        return unsafe (begin: seconds(time?.begin ?? end), end: seconds(time?.end ?? end))
      })
    switch kind {
    case .shards: shards += stage
    case .update: update += stage
    }
  }
}

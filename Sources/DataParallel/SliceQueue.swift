/// Hands out slices, each once: to every worker first those of its own part, the same in every step, whose
/// parameters and moments its caches may still hold; then what others have not come to.
///
/// Who takes a slice changes no bit of it.
final class SliceQueue {
  private let counters: [ShardCounter]
  /// Cost of the slices before each, and of all.
  private let costs: [Int]
  /// Where the part of each worker begins, and the end of the last.
  private var starts: [Int]

  /// A queue of slices with these costs, for so many workers at most.
  init(costs: [Int], workers: Int) {
    self.costs = costs.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    counters = (0..<workers).map { _ in ShardCounter() }
    starts = [Int](repeating: costs.count, count: workers + 1)
  }

  /// Begins again for so many workers, with parts of equal cost; only between stages.
  func reset(workers: Int) {
    let count = costs.count - 1
    for worker in 0..<workers {
      counters[worker].reset()
      let wanted = costs[count] / workers * worker
      var start = worker == 0 ? 0 : starts[worker - 1]
      while start < count, costs[start] < wanted { start += 1 }
      starts[worker] = start
    }
    starts[workers] = count
  }

  /// The next slice for a worker; nil where all are taken.
  func take(_ worker: Int, of workers: Int) -> Int? {
    for turn in 0..<workers {
      let owner = (worker + turn) % workers
      let start = starts[owner]
      if let index = counters[owner].take(below: starts[owner + 1] - start) { return start + index }
    }
    return nil
  }
}

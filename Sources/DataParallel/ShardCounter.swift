internal import Synchronization

/// Hands out the numbers of shards, each once, to whichever worker asks.
///
/// Who computes a shard changes no bit of it, so the order may be left to chance.
final class ShardCounter: Sendable {
  private let next = Atomic(0)

  /// Begins again at 0; only between stages.
  func reset() { next.store(0, ordering: .relaxed) }

  /// The next number; nil where all below `count` are taken.
  func take(below count: Int) -> Int? {
    let shard = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return shard < count ? shard : nil
  }
}

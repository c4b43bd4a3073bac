internal import Synchronization

/// Bytes of memory that examples may take, all fields and parts together. Who comes first takes first.
public final class MemoryBudget: Sendable {
  private let left: Mutex<Int>

  /// A budget.
  public init(byteCount: Int) { left = Mutex(max(0, byteCount)) }

  /// Takes bytes for good, if there are so many left.
  func take(_ bytes: Int) -> Bool {
    left.withLock { left in
      guard bytes <= left else { return false }
      left -= bytes
      return true
    }
  }

  /// Takes three quarters of what is left, for data that come and go; what follows has the rest.
  func takeShare() -> Int {
    left.withLock { left in
      let share = left / 4 * 3
      left -= share
      return share
    }
  }
}

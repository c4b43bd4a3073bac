internal import Dispatch
internal import Foundation
package import Teamwork

/// A thread that can be waited for.
package final class Worker: Sendable {
  private let isDone = DispatchSemaphore(value: 0)

  /// Begins at once.
  package init(_ body: @escaping @Sendable () -> Void) {
    let isDone = isDone
    Thread {
      body()
      isDone.signal()
    }.start()
  }

  /// Returns when the body has returned; once.
  package func join() { isDone.wait() }
}

extension Team {
  /// Runs a body with a team of as many threads as it is asked for, whatever libdispatch would give: each
  /// comes a little later than the one before.
  package static func ofThreads<Value>(
    _ workers: Int, _ body: () throws -> Value
  ) rethrows -> Value {
    let team = Team(workers: workers)
    let others = (1..<max(1, workers)).map { number in
      Worker {
        usleep(UInt32(number) * 300)
        team.work()
      }
    }
    defer { for other in others { other.join() } }
    return try team.lead(body)
  }
}

public import DataParallel
internal import Dispatch
internal import Foundation
internal import Synchronization

/// A step that takes much longer than steps do.
public struct StuckStep: Sendable, Hashable, CustomStringConvertible {
  /// The step, how long it takes already, and who is at work in it.
  public var current: StepActivity.Current

  /// One line.
  public var description: String {
    let usual = current.usualSeconds.map { String(format: ", where one usually takes %.3g s", $0) }
    let places = current.shards.map { "worker \($0.worker) at shard \($0.shard)" }
    return "step \(current.step) is not done after " + String(format: "%.3g s", current.seconds)
      + (usual ?? "") + ": "
      + (places.isEmpty
        ? "no worker is at a shard, so examples or memory are waited for"
        : places.joined(separator: ", "))
      + ". If the machine is not busy or out of memory, end the process; it goes on from its last "
      + "checkpoint."
  }
}

/// Looks at a training's steps from a thread of its own and reports one that is stuck.
///
/// It only reads, so it cannot change what is computed. It looks until it goes.
public final class StepWatchdog {
  private final class Last: Sendable {
    let step = Atomic(0)
  }

  private let timer: any DispatchSourceTimer

  /// Begins to look.
  ///
  /// - Parameters:
  ///   - seconds: a step that takes less is never stuck.
  ///   - factor: nor is one that takes less than so many usual ones.
  ///   - report: told on another thread, once per step.
  public init(
    _ trainer: Trainer, seconds: Double = 60, factor: Double = 100,
    report: @escaping @Sendable (StuckStep) -> Void
  ) {
    let (activity, last) = (trainer.engine.activity, Last())
    timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "step watchdog"))
    timer.schedule(deadline: .now() + seconds, repeating: seconds / 10)
    timer.setEventHandler {
      guard let current = activity.current,
        current.seconds > max(seconds, factor * (current.usualSeconds ?? 0)),
        last.step.exchange(current.step, ordering: .relaxed) != current.step
      else { return }
      report(StuckStep(current: current))
    }
    timer.resume()
  }

  deinit { timer.cancel() }
}

internal import DataParallel
internal import Examples
internal import Foundation
internal import Training

/// Where a thread's time goes in a whole step, kernels and what is around them.
public struct StepProfile: Sendable {
  /// Threads that computed.
  public var threads: Int
  /// Seconds of a step.
  public var stepSeconds: Double
  /// Seconds by what a thread does in them, in order; they add up to the step.
  public var parts: [(name: String, seconds: Double)]

  /// Measures steps on made-up examples, and sets beside them the kernels of one shard as they run alone.
  ///
  /// - Throws: `ConfigurationError` where the processor lacks the precision; errors of kernels.
  public init(
    _ workload: Workload, threads: Int, kernels: KernelProfile, seconds: Double
  ) throws {
    let trial = try TrialTraining(workload, threads: threads)
    let windows = try trial.windows(threads: [threads], seconds: seconds, count: 3)[0]
    let window = windows[windows.count / 2]
    let shardsPerThread = Double(trial.shards) / Double(min(threads, trial.shards))
    let alone = kernels.seconds * shardsPerThread
    let gather =
      gatherSeconds(
        trial.examples.positions, count: trial.rowsPerShard, from: trial.examples.source)
      * shardsPerThread
    let gradients = kernels.gradientSeconds / Double(threads)
    let (shards, update) = (window.shards, window.update)
    self.threads = threads
    stepSeconds = window.stepSeconds
    parts = [
      ("kernels, as measured alone", alone),
      ("gathering examples, as measured alone", gather),
      ("slower than alone: colder caches, the other threads", shards.work - alone - gather),
      ("gradients of weights over the minibatch, as measured alone", gradients),
      ("sum over shards and update", update.work - gradients),
      ("late to stages", shards.late + update.late),
      ("waiting for the slowest thread", shards.waiting + update.waiting),
      ("coordinator", window.stepSeconds - shards.total - update.total),
    ]
  }

  /// A table for people.
  public var text: String {
    let lines = parts.map { part in
      String(
        format: "%5.1f %%  %8.3f ms  ", part.seconds / stepSeconds * 100, part.seconds * 1e3)
        + part.name
    }
    let title = String(
      format: "a step of %.3f ms on %d threads, what a thread does in it:", stepSeconds * 1e3,
      threads)
    return ([title] + lines).joined(separator: "\n")
  }
}

internal import Kernels

/// What the turns of a step share of the threads that compute them.
final class StepWorkers {
  /// How many compute at most. Measurements may lower it between steps, and raise it again up to the number
  /// that there is memory for.
  var count: Int
  /// Times the stages of every step, where there is one.
  var clock: StageClock?
  /// What they are doing, for a watchdog.
  let activity: StepActivity
  /// A worker's arena and scratch memory, for as many as a minibatch has shards.
  let workspaces: [Workspace]

  init(count: Int, shardCount: Int) {
    self.count = max(1, count)
    activity = StepActivity(workerCount: max(1, count))
    workspaces = (0..<min(max(1, count), shardCount)).map { _ in Workspace() }
  }
}

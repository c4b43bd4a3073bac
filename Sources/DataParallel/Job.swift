internal import CKernels
internal import Examples
internal import Execution
internal import GraphIR
internal import GraphRuns
internal import Kernels

/// All that the workers of one step read: the only thing that crosses threads.
@unsafe struct Job {
  var family: PlanFamily
  var replicas: [Replica]
  var source: ExampleSource
  var positions: UnsafeBufferPointer<UInt32>
  var scalars: UnsafeBufferPointer<Float>
  var noise: NoiseKey
  var failed: UnsafeMutablePointer<Bool>
  var next: ShardCounter
  var activity: StepActivity
  var exchange: Exchange
  var phases: Phases
  /// The phase that is computed now.
  var phase = 0
  var gradients: StepGradients
  var update: SlicedUpdate

  /// A phase of the shards: every worker takes the next shard that nobody has taken, until there is none. So a
  /// worker that is late or slow holds up nobody, and workers beyond the cores find nothing to do.
  borrowing func computeShards(_ worker: Int) {
    while let shard = unsafe next.take(below: gradients.shards) {
      unsafe activity.beginShard(shard, worker: worker)
      unsafe failed[shard] = !compute(shard, replicas[worker])
      unsafe activity.endShard(worker: worker)
    }
  }

  private borrowing func compute(_ shard: Int, _ replica: Replica) -> Bool {
    let range = unsafe part(shard, of: gradients.shards, count: positions.count)
    let examples = unsafe UnsafeBufferPointer(rebasing: positions[range])
    let run = unsafe ShardRun(
      family: family, batch: batch(shard, of: gradients.shards, count: positions.count),
      positions: examples,
      source: source,
      scalars: scalars, parameters: UnsafePointer(update.parameters),
      outputs: gradients.gradientBuffers + shard * gradients.bufferStride, noise: noise,
      saved: gradients.minibatch.rows,
      memory: exchange.memory(at: ShardPlace(shard, of: gradients.shards), phases))
    let isFine = unsafe replica.run(run, phase: phase)
    if unsafe phase + 1 == phases.count {
      unsafe gradients.finish(shard, examples: range, examples, from: source)
    }
    return isFine
  }

  /// Second stage, where it is needed: the sums, and what tells whether they can be applied.
  borrowing func check(_ worker: Int, of workers: Int) {
    let before = vaedp_flush_subnormals()
    defer { vaedp_restore_subnormals(before) }
    while let index = unsafe gradients.queue.take(worker, of: workers) {
      if unsafe !gradients.checks.isCertain[index] { unsafe gradients.check(index, worker, update) }
    }
  }

  /// Between the stages, where some update is not certain to stay finite: makes those in scratch
  /// memory.
  borrowing func preview(_ worker: Int, of workers: Int) {
    let before = vaedp_flush_subnormals()
    defer { vaedp_restore_subnormals(before) }
    while let index = unsafe gradients.queue.take(worker, of: workers) {
      if unsafe !gradients.checks.isCertain[index] {
        unsafe gradients.preview(index, worker, update)
      }
    }
  }

  /// Last stage: the optimiser.
  borrowing func update(_ worker: Int, of workers: Int) {
    let before = vaedp_flush_subnormals()
    defer { vaedp_restore_subnormals(before) }
    while let index = unsafe gradients.queue.take(worker, of: workers) {
      unsafe gradients.update(index, worker, update)
    }
  }
}

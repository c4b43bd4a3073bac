internal import Execution
internal import Kernels

/// All that the workers of one step read: the only thing that crosses threads.
@unsafe struct Job {
  var family: PlanFamily
  var replicas: [Replica]
  var source: any ExampleSource
  var rows: UnsafeBufferPointer<UInt32>
  var scalars: UnsafeBufferPointer<Float>
  var noise: NoiseKey
  var update: SlicedUpdate
  var slices: [Slice]
  var checks: SliceChecks
  var failed: UnsafeMutablePointer<Bool>
  var next: ShardCounter
  var activity: StepActivity

  /// First stage: every worker takes the next shard that nobody has taken, until there is none. So a
  /// worker that is late or slow holds up nobody, and workers beyond the cores find nothing to do.
  borrowing func computeShards(_ worker: Int) {
    while let shard = unsafe next.take(below: update.shards) {
      unsafe activity.beginShard(shard, worker: worker)
      unsafe failed[shard] = !compute(shard, replicas[worker])
      unsafe activity.endShard(worker: worker)
    }
  }

  private borrowing func compute(_ shard: Int, _ replica: Replica) -> Bool {
    let range = unsafe part(shard, of: update.shards, count: rows.count)
    let ids = unsafe UnsafeBufferPointer(rebasing: rows[range])
    return unsafe replica.run(
      family, ids, from: source, scalars: scalars, parameters: UnsafePointer(update.parameters),
      slab: update.slabs + shard * update.slabStride, noise: noise)
  }

  /// Second stage: the sums, and what tells whether they can be applied.
  borrowing func sum(_ worker: Int, of workers: Int) {
    for index in unsafe part(worker, of: workers, count: slices.count) {
      let squares = unsafe update.sum(slices[index])
      unsafe checks.squares[index] = squares
      unsafe checks.isCertain[index] = update.isCertainlyFinite(
        slices[index], squares: squares, magnitude: checks.magnitudes[index])
    }
  }

  /// Between the stages, where some update is not certain to stay finite: makes those in scratch
  /// memory.
  borrowing func rehearse(_ worker: Int, of workers: Int) {
    let scratch = unsafe checks.scratch + worker * checks.scratchStride
    for index in unsafe part(worker, of: workers, count: slices.count)
    where unsafe !checks.isCertain[index] {
      unsafe checks.magnitudes[index] = update.rehearse(slices[index], in: scratch)
    }
  }

  /// Third stage: the optimiser.
  borrowing func update(_ worker: Int, of workers: Int) {
    for index in unsafe part(worker, of: workers, count: slices.count) {
      unsafe checks.magnitudes[index] = update.update(slices[index])
    }
  }
}

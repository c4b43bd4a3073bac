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
  var norms: UnsafeMutablePointer<Double>
  var failed: UnsafeMutablePointer<Bool>
  var workers: Int

  /// First stage: worker `w` computes shards `w`, `w + workers`, …
  borrowing func computeShards(_ worker: Int) {
    for shard in unsafe stride(from: worker, to: update.shards, by: workers) {
      unsafe failed[shard] = !compute(shard, replicas[worker])
    }
  }

  private borrowing func compute(_ shard: Int, _ replica: Replica) -> Bool {
    let range = unsafe part(shard, of: update.shards, count: rows.count)
    let ids = unsafe UnsafeBufferPointer(rebasing: rows[range])
    return unsafe replica.run(
      family, ids, from: source, scalars: scalars, parameters: UnsafePointer(update.parameters),
      slab: update.slabs + shard * update.slabStride, noise: noise)
  }

  /// Second stage, whole.
  borrowing func sumAndUpdate(_ worker: Int, of workers: Int) {
    for index in unsafe part(worker, of: workers, count: slices.count) {
      unsafe norms[index] = update.sum(slices[index])
      unsafe update.update(slices[index])
    }
  }

  /// Second stage where gradients are clipped.
  borrowing func sum(_ worker: Int, of workers: Int) {
    for index in unsafe part(worker, of: workers, count: slices.count) {
      unsafe norms[index] = update.sum(slices[index])
    }
  }

  /// Third stage where gradients are clipped.
  borrowing func update(_ worker: Int, of workers: Int) {
    for index in unsafe part(worker, of: workers, count: slices.count) {
      unsafe update.update(slices[index])
    }
  }
}

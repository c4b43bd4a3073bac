internal import CKernels
internal import Execution
internal import GraphIR
internal import GraphPasses
internal import Kernels
internal import Storage

/// The gradients of one step: where they come from, slice by slice, and what is known of them.
@unsafe struct StepGradients {
  var slabs: UnsafeMutablePointer<Float>
  var slabStride: Int
  var shards: Int
  /// Floats of a slab that are gradients and statistics.
  var slabGradientCount: Int
  /// Examples of the minibatch.
  var examples: Int
  var slices: [Slice]
  var products: [WeightGradient]
  var kept: KeptRows
  var workers: [GradientWorker]
  var queue: SliceQueue
  var checks: SliceChecks
  /// For each shard the largest magnitude in its slab and in its rows of each kept array.
  var magnitudes: UnsafeMutablePointer<Float>
  /// Room for the deferred gradients where they are read twice, since they are clipped; in the order of the
  /// slices.
  var sums: UnsafeMutablePointer<Float>?
  /// Where each slice's part of `sums` begins.
  var sumOffsets: [Int]
  /// Whether all sums are needed before any is applied.
  var needsNorm: Bool

  /// The largest slab whose magnitude is looked up right after it was made, while the caches hold it. For
  /// larger ones a stage of its own that sums and checks is cheaper than to read it once more.
  static let largestMeasuredSlab = 1 << 18

  private var meanScale: Float { unsafe 1 / Float(examples) }

  /// After a shard: the magnitudes that bound what gradients it can lead to.
  borrowing func measure(_ shard: Int, examples range: Range<Int>) {
    let target = unsafe magnitudes + shard * (kept.count + 1)
    unsafe target[0] =
      slabGradientCount <= Self.largestMeasuredSlab
      ? vaedp_largest_magnitude(slabGradientCount, slabs + shard * slabStride) : .infinity
    for index in unsafe 0..<kept.count {
      unsafe target[1 + index] = kept.largestMagnitude(of: index, in: range)
    }
  }

  /// Between the stages: which slices cannot but stay finite, from the shards' magnitudes alone.
  borrowing func boundSlices(_ update: borrowing SlicedUpdate) {
    let stride = unsafe kept.count + 1
    func largest(_ position: Int) -> Double {
      var largest: Float = 0
      for shard in unsafe 0..<shards {
        let magnitude = unsafe magnitudes[shard * stride + position]
        // Also where it is no number.
        if !(magnitude <= largest) { largest = magnitude.isNaN ? .infinity : magnitude }
      }
      return Double(largest)
    }
    let slabSum = unsafe largest(0) * Double(shards)
    for index in unsafe slices.indices {
      let sum =
        switch unsafe slices[index].source {
        case .slabs: slabSum
        // No partial sum in aᵀ b is larger than examples · max |a| · max |b|.
        case .product(let product, _):
          unsafe Double(examples) * largest(1 + products[product].a)
            * largest(1 + products[product].b)
        }
      unsafe checks.isCertain[index] = update.isCertainlyFinite(
        slices[index], gradient: sum, magnitude: checks.magnitudes[index])
    }
  }

  /// Whether a slice's sum is needed before the update.
  borrowing func mustCheck(_ index: Int) -> Bool {
    unsafe needsNorm || !checks.isCertain[index]
  }

  /// The sum over the minibatch of a slice's gradient or statistic; made where it has not been made.
  private borrowing func sum(_ index: Int, _ worker: Int) -> UnsafePointer<Float> {
    let slice = unsafe slices[index]
    switch slice.source {
    case .slabs(let offset):
      if unsafe !checks.isSummed[index] {
        unsafe checks.squares[index] = vaedp_tree_sum_of_squares(
          slabs, slabStride, shards, offset, offset + slice.count, meanScale)
        unsafe checks.isSummed[index] = true
      }
      return unsafe UnsafePointer(slabs + offset)
    case .product(let product, let tile):
      let target = unsafe sums.map { unsafe $0 + sumOffsets[index] } ?? workers[worker].tile.pointer
      if unsafe !checks.isSummed[index] {
        let (a, b) = unsafe (products[product].a, products[product].b)
        let isFine = unsafe workers[worker].run(
          product, tile, examples: examples, a: kept.row(0, of: a), b: kept.row(0, of: b),
          into: target)
        // Others are applied already: the last checkpoint is where this can go on from.
        precondition(isFine, "a kernel of oneDNN failed in the update; resume from the checkpoint")
        unsafe checks.squares[index] = vaedp_tree_sum_of_squares(
          target, 0, 1, 0, slice.count, meanScale)
        unsafe checks.isSummed[index] = sums != nil
      }
      return unsafe UnsafePointer(target)
    }
  }

  /// Sums a slice and looks whether its update is certain to stay finite.
  borrowing func check(_ index: Int, _ worker: Int, _ update: borrowing SlicedUpdate) {
    _ = unsafe sum(index, worker)
    // No mean is longer than the root of the sum of their squares.
    unsafe checks.isCertain[index] = update.isCertainlyFinite(
      slices[index], gradient: checks.squares[index].squareRoot(),
      magnitude: checks.magnitudes[index])
  }

  /// Makes a slice's update in scratch memory.
  borrowing func rehearse(_ index: Int, _ worker: Int, _ update: borrowing SlicedUpdate) {
    let scratch = unsafe checks.scratch + worker * checks.scratchStride
    unsafe checks.magnitudes[index] = update.rehearse(
      slices[index], by: sum(index, worker), in: scratch)
  }

  /// Applies a slice.
  borrowing func update(_ index: Int, _ worker: Int, _ update: borrowing SlicedUpdate) {
    unsafe checks.magnitudes[index] = update.update(slices[index], by: sum(index, worker))
  }

  /// Root of the squares of what is trained; statistics are no gradients. In the order of the slices.
  var norm: Double {
    var sum = 0.0
    for index in unsafe slices.indices {
      if case .trained = unsafe slices[index].role { unsafe sum += checks.squares[index] }
    }
    return sum.squareRoot()
  }
}

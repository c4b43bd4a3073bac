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
  /// The examples' non-zeros by columns, where a gradient is made from them.
  var columns: SparseColumns?
  var workers: [GradientWorker]
  var queue: SliceQueue
  var checks: SliceChecks
  /// For each shard the largest magnitude in its slab, in its rows of each kept array, and in its examples
  /// where they are sparse.
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

  /// After a shard: sorts its non-zeros, and notes the magnitudes that bound what gradients it can lead to.
  borrowing func finish(
    _ shard: Int, examples range: Range<Int>, _ ids: UnsafeBufferPointer<UInt32>,
    from source: any ExampleSource
  ) {
    let target = unsafe magnitudes + shard * (kept.count + 2)
    unsafe target[1 + kept.count] = 0
    if let columns = unsafe columns, let examples = source.sparse {
      unsafe target[1 + kept.count] = examples.withRows { rows in
        unsafe columns.sort(shard, rows, ids, first: range.lowerBound)
      }
    }
    unsafe target[0] =
      slabGradientCount <= Self.largestMeasuredSlab
      ? vaedp_largest_magnitude(slabGradientCount, slabs + shard * slabStride) : .infinity
    for index in unsafe 0..<kept.count {
      unsafe target[1 + index] = kept.largestMagnitude(of: index, in: range)
    }
  }

  /// Between the stages: which slices cannot but stay finite, from the shards' magnitudes alone.
  borrowing func boundSlices(_ update: borrowing SlicedUpdate) {
    let stride = unsafe kept.count + 2
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
            * largest(1 + (products[product].b ?? kept.count))
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
        let isFine = unsafe make(product, tile, workers[worker], into: target)
        // Others are applied already: the last checkpoint is where this can go on from.
        precondition(isFine, "a kernel of oneDNN failed in the update; resume from the checkpoint")
        unsafe checks.squares[index] = vaedp_tree_sum_of_squares(
          target, 0, 1, 0, slice.count, meanScale)
        unsafe checks.isSummed[index] = sums != nil
      }
      return unsafe UnsafePointer(target)
    }
  }

  /// Makes a tile of a gradient over the minibatch; false where it cannot be made.
  borrowing func make(
    _ product: Int, _ tile: WeightTile, _ worker: GradientWorker,
    into target: UnsafeMutablePointer<Float>
  ) -> Bool {
    let gradient = unsafe products[product]
    let a = unsafe kept.row(0, of: gradient.a)
    if let b = gradient.b {
      return unsafe worker.run(
        product, tile, examples: examples, a: a, b: kept.row(0, of: b), into: target)
    }
    guard let columns = unsafe columns else { return false }
    unsafe columns.makeGradient(
      tile, shards: shards, dy: a, outputs: gradient.rows, into: target)
    return true
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

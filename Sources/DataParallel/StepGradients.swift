internal import CKernels
internal import Examples
internal import Execution
internal import GraphIR
internal import GraphPasses
internal import GraphRuns
internal import Kernels
internal import Storage

/// The gradients of one step: where they come from, slice by slice, and what is known of them.
@unsafe struct StepGradients {
  var gradientBuffers: UnsafeMutablePointer<Float>
  var bufferStride: Int
  /// Floats of a gradient buffer that are gradients and statistics.
  var bufferGradientCount: Int
  var minibatch: MinibatchOperands
  var slices: [Slice]
  var products: [WeightGradient]
  var workers: [GradientWorker]
  var queue: SliceQueue
  var checks: SliceChecks
  /// For each shard the largest magnitude in its gradient buffer and in its rows of each saved operand.
  var magnitudes: UnsafeMutablePointer<Float>
  /// Room for the deferred gradients where they are read twice, since they are clipped or normalised; in the
  /// order of the slices. All sums are needed then before any is applied.
  var sums: UnsafeMutablePointer<Float>?
  /// Where each slice's part of `sums` begins.
  var sumOffsets: [Int]

  /// The largest gradient buffer whose magnitude is looked up right after it was made, while the caches hold it. For
  /// larger ones a stage of its own that sums and checks is cheaper than to read it once more.
  static let largestMeasuredBuffer = 1 << 18

  var shards: Int { unsafe minibatch.shards }
  private var meanScale: Float { unsafe 1 / Float(minibatch.examples) }

  /// After a shard: sorts its non-zeros, and notes the magnitudes that bound what gradients it can lead to.
  borrowing func finish(
    _ shard: Int, examples range: Range<Int>, _ positions: UnsafeBufferPointer<UInt32>,
    from source: ExampleSource
  ) {
    if let columns = unsafe minibatch.columns, let examples = source.nonZeros {
      unsafe examples.withRows {
        unsafe columns.sort(shard, $0, positions, first: range.lowerBound)
      }
    }
    // Sums that are all checked need no bound.
    if unsafe sums != nil { return }
    let saved = unsafe minibatch.rows
    let target = unsafe magnitudes + shard * (saved.count + 1)
    unsafe target[0] =
      bufferGradientCount <= Self.largestMeasuredBuffer
      ? vaedp_largest_magnitude(bufferGradientCount, gradientBuffers + shard * bufferStride)
      : .infinity
    for index in unsafe 0..<saved.count {
      unsafe target[1 + index] = saved.largestMagnitude(of: index, in: range)
    }
  }

  /// Between the stages: which slices cannot but stay finite, from the shards' magnitudes alone.
  ///
  /// - Parameter largestExample: magnitude that no example exceeds, where they are sparse.
  borrowing func boundSlices(_ update: borrowing SlicedUpdate, largestExample: Float) {
    let stride = unsafe minibatch.rows.count + 1
    func largest(_ position: Int) -> Double {
      var largest: Float = 0
      for shard in unsafe 0..<shards {
        largest = larger(largest, unsafe magnitudes[shard * stride + position])
      }
      return Double(largest)
    }
    let bufferSum = unsafe largest(0) * Double(shards)
    for index in unsafe slices.indices {
      let sum =
        switch unsafe slices[index].source {
        case .buffers: bufferSum
        // No partial sum in aᵀ b is larger than examples · max |a| · max |b|.
        case .product(let product, _):
          unsafe Double(minibatch.examples) * largest(1 + products[product].a)
            * (products[product].b.map { largest(1 + $0) } ?? Double(largestExample))
        }
      unsafe checks.isCertain[index] = update.isCertainlyFinite(
        slices[index], gradient: sum, magnitude: checks.magnitudes[index])
    }
  }

  /// The sum over the minibatch of a slice's gradient or statistic; made where it has not been made.
  private borrowing func sum(_ index: Int, _ worker: Int) -> UnsafePointer<Float> {
    let slice = unsafe slices[index]
    switch slice.source {
    case .buffers(let offset):
      if unsafe !checks.isSummed[index] {
        unsafe checks.squares[index] = vaedp_tree_sum_of_squares(
          gradientBuffers, bufferStride, shards, offset, offset + slice.count, meanScale)
        unsafe checks.isSummed[index] = true
      }
      return unsafe UnsafePointer(gradientBuffers + offset)
    case .product(let product, let tile):
      let target = unsafe sums.map { unsafe $0 + sumOffsets[index] } ?? workers[worker].tile.pointer
      if unsafe !checks.isSummed[index] {
        let isFine = unsafe workers[worker].make(
          product, products[product], tile, from: minibatch, into: target)
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
  borrowing func preview(_ index: Int, _ worker: Int, _ update: borrowing SlicedUpdate) {
    unsafe checks.magnitudes[index] = update.preview(
      slices[index], by: sum(index, worker), in: checks.scratch(of: worker))
  }

  /// Applies a slice.
  borrowing func update(_ index: Int, _ worker: Int, _ update: borrowing SlicedUpdate) {
    unsafe checks.magnitudes[index] = update.update(index, slices[index], by: sum(index, worker))
  }

  /// Root of the squares of what is trained, of all or of one group; statistics are no gradients. In the order of
  /// the slices.
  borrowing func norm(ofGroup group: Int? = nil) -> Double {
    var sum = 0.0
    for index in unsafe slices.indices {
      if case .trained = unsafe slices[index].role,
        unsafe slices[index].group == group ?? slices[index].group
      {
        unsafe sum += checks.squares[index]
      }
    }
    return sum.squareRoot()
  }

  /// The same of each parameter by itself, by its place in the table, once all slices are summed.
  borrowing func takeNorms(_ norms: UnsafeMutablePointer<Double>, count: Int) {
    unsafe norms.update(repeating: 0, count: count)
    for index in unsafe slices.indices {
      unsafe norms[slices[index].parameter] += checks.squares[index]
    }
    for index in 0..<count { unsafe norms[index] = norms[index].squareRoot() }
  }
}

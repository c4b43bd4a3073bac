internal import CKernels
package import Kernels

/// Arrays of a whole minibatch, one row per example, from which gradients of weights are made. The worker
/// that computes a shard writes the shard's rows; every worker may read them in the later stages.
@unsafe package struct SavedOperands {
  private let base: UnsafeMutablePointer<Float>
  /// Floats per example of each array, and of those before it.
  private let widths: [Int], before: [Int]
  private let batchSize: Int

  /// Arrays in memory for `batchSize` examples of all widths.
  package init(_ base: UnsafeMutablePointer<Float>, widths: [Int], batchSize: Int) {
    unsafe self.base = base
    unsafe self.widths = widths
    unsafe self.batchSize = batchSize
    var sum = 0
    unsafe before = widths.map { width in
      defer { sum += width }
      return sum
    }
  }

  /// Number of arrays.
  package var count: Int { unsafe widths.count }

  /// Where the row of an example, by its position in the minibatch, begins.
  package func row(_ example: Int, of index: Int) -> UnsafeMutablePointer<Float> {
    unsafe base + before[index] * batchSize + example * widths[index]
  }

  /// The largest magnitude in the rows of a shard.
  package func largestMagnitude(of index: Int, in examples: Range<Int>) -> Float {
    unsafe vaedp_largest_magnitude(
      examples.count * widths[index], row(examples.lowerBound, of: index))
  }
}

/// What shards have left of a minibatch for the gradients that are made from all of it.
@unsafe package struct MinibatchOperands {
  package var examples: Int
  package var shards: Int
  package var rows: SavedOperands
  /// The examples' non-zeros by columns; nil where no gradient is made from them.
  package var columns: CSCMinibatch?

  /// What shards have left.
  package init(examples: Int, shards: Int, rows: SavedOperands, columns: CSCMinibatch?) {
    unsafe (self.examples, self.shards) = (examples, shards)
    unsafe (self.rows, self.columns) = (rows, columns)
  }
}

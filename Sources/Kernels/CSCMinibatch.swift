internal import CKernels
package import KernelCalls
internal import Storage

/// The non-zeros of a minibatch by columns, shard by shard: what the gradient of weights that read sparse
/// examples is made from.
///
/// Safety: the worker that computes a shard sorts its rows; whoever makes gradients comes later.
@safe package final class CSCMinibatch {
  private let memory: AlignedFloats
  private let parts: UnsafeMutablePointer<vaedp_csc>
  private let inputs: Int

  /// Room for shards of so many rows, of so many non-zeros at most.
  package init(shards: Int, rowsPerShard: Int, mostPerRow: Int, inputs: Int) {
    self.inputs = inputs
    let endCount = (inputs + 16) / 16 * 16
    let stride = endCount + (2 * rowsPerShard * mostPerRow + 15) / 16 * 16
    memory = AlignedFloats(count: shards * stride)
    unsafe parts = .allocate(capacity: shards)
    for shard in 0..<shards {
      let base = unsafe UnsafeMutableRawPointer(memory.pointer + shard * stride)
      unsafe (parts + shard).initialize(to: vaedp_csc(base, endCount: endCount))
    }
  }

  deinit { unsafe parts.deallocate() }

  /// Sorts a shard's rows.
  ///
  /// - Parameters:
  ///   - ids: where the rows are in `rows`.
  ///   - first: position of the first in the minibatch.
  @unsafe package func sort(
    _ shard: Int, _ rows: CSRMatrix, _ ids: UnsafeBufferPointer<UInt32>, first: Int
  ) {
    guard let base = ids.baseAddress else { return }
    let shape = vaedp_sparse_shape(rows: ids.count, inputs: inputs, outputs: 0)
    unsafe vaedp_sparse_sort(rows.c, base, shape, first, parts[shard])
  }

  /// Writes a tile of the gradient of weights `[outputs, inputs]`, row after row without gaps.
  ///
  /// - Parameters:
  ///   - shards: shards of the minibatch.
  ///   - dy: gradient of the layer's result, `[examples, outputs]`.
  @unsafe package func makeGradient(
    _ tile: WeightTile, shards: Int, dy: UnsafePointer<Float>, outputs: Int,
    into result: UnsafeMutablePointer<Float>
  ) {
    let place = vaedp_tile(
      row: tile.row, column: tile.column, rows: tile.rows, columns: tile.columns)
    unsafe vaedp_sparse_gradient(parts, shards, dy, outputs, place, result, tile.columns)
  }
}

extension CSRMatrix {
  var c: vaedp_csr { unsafe vaedp_csr(starts: starts, columns: columns, values: values) }
}

extension vaedp_csc {
  /// Columns in memory that holds their ends, then their non-zeros.
  @unsafe init(_ memory: UnsafeMutableRawPointer, endCount: Int) {
    unsafe self.init(
      ends: memory.assumingMemoryBound(to: Int32.self),
      nonzeros: (memory + 4 * endCount).assumingMemoryBound(to: vaedp_nonzero.self))
  }
}

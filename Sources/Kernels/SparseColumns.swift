internal import CKernels
internal import Storage

/// The non-zeros of a minibatch by columns, shard by shard: what the gradient of weights that read sparse
/// examples is made from.
///
/// Safety: the worker that computes a shard sorts its rows; whoever makes gradients comes later.
@safe package final class SparseColumns {
  private let memory: AlignedFloats
  private let parts: UnsafeMutablePointer<vaedp_by_column>
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
      unsafe (parts + shard).initialize(
        to: vaedp_by_column(
          ends: base.assumingMemoryBound(to: Int32.self),
          nonzeros: (base + 4 * endCount).assumingMemoryBound(to: vaedp_nonzero.self)))
    }
  }

  deinit { unsafe parts.deallocate() }

  /// Sorts a shard's rows.
  ///
  /// - Parameters:
  ///   - ids: where the rows are in `rows`.
  ///   - first: position of the first in the minibatch.
  @unsafe package func sort(
    _ shard: Int, _ rows: SparseRows, _ ids: UnsafeBufferPointer<UInt32>, first: Int
  ) {
    guard let base = ids.baseAddress else { return }
    let x = unsafe vaedp_sparse(starts: rows.starts, columns: rows.columns, values: rows.values)
    let shape = vaedp_sparse_shape(rows: ids.count, inputs: inputs, outputs: 0)
    unsafe vaedp_sparse_sort(x, base, shape, first, parts[shard])
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

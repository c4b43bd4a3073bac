package import GraphIR

/// What a call computes, with the extents of its arrays; operands → results. All but a loop's are dense and
/// row-major.
package enum Kernel: Hashable, Sendable {
  /// What is loaded → what is stored.
  case loop(Loop)
  /// a, b → a · b, and an epilogue.
  case matmul(Matmul)
  /// One of a convolution's three products by a kernel of the library's, and an epilogue.
  case convolution(ConvolutionKind, Convolution)
  /// x → what each output pixel sees of it, as a row of a matmul's operand `[pixelCount, windowSize]`.
  case im2col(Convolution)
  /// The reverse: rows `[pixelCount, windowSize]` → x, as their overlapping sum.
  case col2im(Convolution)
  /// y, w → x: a convolution's input gradient as a matmul and its col2im, example by example.
  case matmulCol2im(Convolution)
  /// A dense array → its product with the non-zeros of the run's examples, and an epilogue.
  case sparseMatmul(SparseMatmul)
  /// Nothing → rows of noise.
  case noise(NoiseDistribution, stream: Int, rows: NoiseRows, count: Int, perRow: Int)
  /// `[outer, count, inner]` → `[outer, inner]`.
  case logSumExp(outer: Int, count: Int, inner: Int)
  /// x `[rows, width]`, index `[count, width]` → `[count, width]`: in each column the rows that the index names.
  case gatherRows(RowIndexing)
  /// y and index `[count, width]` → `[rows, width]`: in each column sums in the rows that the index names.
  case scatterRows(RowIndexing)
  /// Nothing → a number, repeated.
  case fill(Float, count: Int)
  /// A shard's part → what the shards come to. It ends a phase, since all must have come to it before any goes on.
  case collective(Collective)
}

/// `left [rows, inner] × right [inner, columns]`; a transposed operand is stored the other way.
package struct Matmul: Hashable, Sendable {
  package var rows: Int, columns: Int, inner: Int
  package var transposeLeft: Bool, transposeRight: Bool

  /// The extents of a product and how its operands are stored.
  package init(rows: Int, columns: Int, inner: Int, transposeLeft: Bool, transposeRight: Bool) {
    (self.rows, self.columns, self.inner) = (rows, columns, inner)
    (self.transposeLeft, self.transposeRight) = (transposeLeft, transposeRight)
  }
}

/// The extents of rows that are found by an index in each column.
package struct RowIndexing: Hashable, Sendable {
  /// Rows that an index may name.
  package var rows: Int
  /// Rows of the index.
  package var count: Int
  /// Columns.
  package var width: Int

  /// The extents of both arrays.
  package init(rows: Int, count: Int, width: Int) {
    (self.rows, self.count, self.width) = (rows, count, width)
  }
}

/// How shards meet.
package enum CollectiveKind: Hashable, Sendable {
  /// Everybody gets the sum.
  case allReduce
  /// Everybody gets all rows.
  case allGather
  /// Everybody gets its own rows of the sum.
  case reduceScatter
}

/// One meeting of a minibatch's shards.
package struct Collective: Hashable, Sendable {
  package var kind: CollectiveKind
  /// Which of the graph's collective operations it is, in the order of the graph.
  package var index: Int

  /// A meeting.
  package init(kind: CollectiveKind, index: Int) { (self.kind, self.index) = (kind, index) }
}

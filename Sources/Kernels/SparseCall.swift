/// Rows of which only the non-zeros are there, as a source holds them.
@unsafe package struct SparseRows {
  /// The non-zeros of row `i` are `starts[i]..<starts[i + 1]`.
  package var starts: UnsafePointer<Int64>
  /// Their columns, ascending within a row.
  package var columns: UnsafePointer<Int32>
  /// Their values.
  package var values: UnsafePointer<Float>

  /// Rows in memory that outlives the run.
  package init(
    starts: UnsafePointer<Int64>, columns: UnsafePointer<Int32>, values: UnsafePointer<Float>
  ) {
    unsafe (self.starts, self.columns, self.values) = (starts, columns, values)
  }
}

/// A product of sparse rows x `[rows, inputs]` and a dense array.
package struct SparseCall: Hashable, Sendable {
  /// Which of a dense layer's products.
  package enum Kind: Hashable, Sendable {
    /// w `[outputs, inputs]` → y = x · wᵀ.
    case forward
    /// y's gradient `[rows, outputs]` → w's gradient `[outputs, inputs]`.
    case weightGradient
  }

  package var kind: Kind
  package var rows: Int, inputs: Int, outputs: Int
  /// The most non-zeros of a row: what scratch memory is made for.
  package var mostPerRow: Int
  /// Non-zeros of a row in the mean: what operations are counted by.
  package var meanPerRow: Double

  /// The extents of a product, and how many non-zeros rows have.
  package init(
    _ kind: Kind, rows: Int, inputs: Int, outputs: Int, mostPerRow: Int, meanPerRow: Double
  ) {
    self.kind = kind
    (self.rows, self.inputs, self.outputs) = (rows, inputs, outputs)
    (self.mostPerRow, self.meanPerRow) = (mostPerRow, meanPerRow)
  }

  /// Floating-point operations, a multiplication and an addition for each non-zero and output.
  var flops: Double { 2 * (Double(rows) * meanPerRow).rounded() * Double(outputs) }

  var label: String {
    let extents = "\(rows)×\(inputs)×\(outputs), \(Int(meanPerRow.rounded())) non-zeros per row"
    return kind == .forward ? "sparse matmul \(extents)" : "sparse weight gradient \(extents)"
  }
}

/// Rows of which only the non-zeros are there, as a source holds them.
@unsafe package struct CSRMatrix {
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

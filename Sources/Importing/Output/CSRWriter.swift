internal import HDF5

/// Sparse rows in CSR form, as AnnData and scipy write them: a group of `data`, `indices` and `indptr`, its extents as the
/// attribute `shape`.
public final class CSRWriter: ImportPart {
  private let file: HDF5File
  private let name: String
  private let values: RowWriter<Float>
  private let columns: RowWriter<Int32>
  private let starts: RowWriter<Int64>
  private let columnCount: Int?
  private var widest = 0
  /// Rows so far.
  public private(set) var count = 0
  /// Non-zeros so far.
  public private(set) var nonZeroCount = 0

  init(_ file: HDF5File, _ name: String, columnCount: Int?) throws {
    (self.file, self.name, self.columnCount) = (file, name, columnCount)
    values = try RowWriter(file, "\(name)/data", [], deflate: 4)
    columns = try RowWriter(file, "\(name)/indices", [], deflate: 4)
    starts = try RowWriter(file, "\(name)/indptr", [], deflate: 4)
    try starts.append(CollectionOfOne(0))
  }

  /// Appends a row by its non-zeros.
  ///
  /// - Precondition: Columns ascend, none twice, and are below `columnCount`; there are as many values.
  public func append(columns: [Int32], values: [Float]) throws {
    var last: Int32 = -1
    for column in columns {
      precondition(column > last, "\(name): column \(column) behind \(last)")
      last = column
    }
    precondition(
      Int(last) < columnCount ?? .max && columns.count == values.count,
      "\(name): column \(last) of \(columnCount ?? 0), \(values.count) values of \(columns.count)")
    widest = max(widest, Int(last) + 1)
    try self.columns.append(columns)
    try self.values.append(values)
    (count, nonZeroCount) = (count + 1, nonZeroCount + columns.count)
    try starts.append(CollectionOfOne(Int64(nonZeroCount)))
  }

  private var shape: [Int] { [count, columnCount ?? max(1, widest)] }

  func finish() throws {
    for part in [values, columns, starts] as [any ImportPart] { try part.finish() }
    try file.setAttribute("shape", of: name, to: .integers(shape))
    try file.setAttribute("encoding-type", of: name, to: .string("csr_matrix"))
    try file.setAttribute("encoding-version", of: name, to: .string("0.1.0"))
  }

  var summary: ImportSummary.Dataset {
    ImportSummary.Dataset(
      name: name, shape: shape, content: "CSR of \(nonZeroCount) non-zeros")
  }
}

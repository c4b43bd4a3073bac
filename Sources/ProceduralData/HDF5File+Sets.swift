internal import HDF5

extension HDF5File {
  /// Writes classes with their names.
  func write(_ path: String, classes: [Int32], _ names: [String]) throws {
    try write(path, shape: [classes.count], values: classes.span, deflate: 4)
    try setAttribute("classes", of: path, to: .strings(names))
  }

  /// Writes numbers as float32.
  func write(_ path: String, shape: [Int], _ values: [Double]) throws {
    let values = values.map { Float($0) }
    try write(path, shape: shape, values: values.span, deflate: 4)
  }

  /// Writes rows of counts in CSR form.
  func write(_ path: String, _ matrix: SparseRows) throws {
    try write(
      path + "/data", shape: [matrix.values.count], values: matrix.values.span, deflate: 4)
    try write(
      path + "/indices", shape: [matrix.columns.count], values: matrix.columns.span, deflate: 4)
    try write(
      path + "/indptr", shape: [matrix.starts.count], values: matrix.starts.span, deflate: 4)
    let shape = [matrix.starts.count - 1, matrix.columnCount]
    try setAttribute("shape", of: path, to: .integers(shape))
    try setAttribute("encoding-type", of: path, to: .string("csr_matrix"))
    try setAttribute("encoding-version", of: path, to: .string("0.1.0"))
  }
}

/// Rows of counts, most of them zero.
struct SparseRows {
  let columnCount: Int
  private(set) var values: [Float] = []
  private(set) var columns: [Int32] = []
  private(set) var starts: [Int64] = [0]

  init(columnCount: Int) { self.columnCount = columnCount }

  /// Appends a row.
  mutating func append(_ counts: [Int]) {
    for (column, count) in counts.enumerated() where count != 0 {
      columns.append(Int32(column))
      values.append(Float(count))
    }
    starts.append(Int64(columns.count))
  }
}

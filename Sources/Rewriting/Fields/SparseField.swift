internal import HDF5

/// Members of a group that holds a matrix in CSR form.
enum CSRMember: String, CaseIterable, CustomStringConvertible {
  case data, indices, indptr
  var description: String { rawValue }
}

/// A matrix in CSR form. A row is the bytes of its values, and behind them those of its columns.
struct SparseField: RowField {
  let path: String
  let rowCount: Int
  private let columnCount: Int
  private let starts: [Int64]
  private let values: DenseField
  private let columns: DenseField
  private let sizes: (value: Int, column: Int)
  private let storage: StorageOptions
  private let info: DatasetInfo

  init(_ contents: FileContents, _ path: String, _ storage: StorageOptions) throws {
    (self.path, self.storage) = (path, storage)
    let shape = try Self.shape(of: path, in: contents)
    (rowCount, columnCount) = (shape[0], shape[1])
    values = try DenseField(contents, "\(path)/data", storage)
    var plain = storage
    plain.type = nil
    columns = try DenseField(contents, "\(path)/indices", plain)
    info = try contents.file.info("\(path)/data")
    for member in CSRMember.allCases {
      let found = try contents.file.info("\(path)/\(member)")
      guard found.shape.count == 1, member == .data || found.elementType.isInteger else {
        throw contents.problem(
          .malformed, at: found.path, "a list of numbers",
          "\(found.elementType) of shape \(found.shape)", "Write the matrix again.")
      }
    }
    starts = try Self.starts(path, rowCount, contents)
    for (member, count) in [("data", values.rowCount), ("indices", columns.rowCount)]
    where Int64(count) != starts[rowCount] {
      throw contents.problem(
        .malformed, at: "\(path)/\(member)", "\(starts[rowCount]) numbers, as 'indptr' ends with",
        "\(count)", "Write all arrays of the same matrix.")
    }
    sizes = (values.rowSize, columns.rowSize)
  }

  /// Where each row's non-zeros start, and where the last ones end.
  private static func starts(
    _ path: String, _ rowCount: Int, _ contents: FileContents
  ) throws -> [Int64] {
    let rows = try DatasetRows("\(path)/indptr", of: contents.file)
    guard rows.info.elementCount - 1 == rowCount else {
      throw contents.problem(
        .malformed, at: rows.info.path, "\(rowCount + 1) numbers for \(rowCount) rows",
        "\(rows.info.elementCount)",
        "A matrix in CSC form has them by columns: convert it with scipy's tocsr(), or leave it out with without=\(path)."
      )
    }
    var starts = [Int64](repeating: 0, count: rowCount + 1)
    var span = starts.mutableSpan
    try rows.read(0..<rowCount + 1, into: &span)
    guard starts[0] == 0, zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 }) else {
      throw contents.problem(
        .malformed, at: rows.info.path, "numbers from 0 that never fall", "others",
        "Write the matrix again.")
    }
    return starts
  }

  /// The matrix's extents.
  static func shape(of path: String, in contents: FileContents) throws -> [Int] {
    var extents: [Int]?
    for name in ["shape", "h5sparse_shape"] {
      if case .integers(let found)? = try contents.file.attribute(name, of: path) {
        extents = extents ?? found
      }
    }
    if extents == nil, contents.file.contains("\(path)/shape") {
      let info = try contents.file.info("\(path)/shape")
      extents =
        info.elementCount == 2 && info.elementType.isInteger
        ? try contents.file.read("\(path)/shape", as: Int64.self).map { Int($0) } : info.shape
    }
    guard let extents, extents.count == 2, extents.allSatisfy({ (0...1 << 40).contains($0) })
    else {
      throw contents.problem(
        .malformed, at: path, "the matrix's extents [N, D] as the attribute 'shape'",
        extents.map { "\($0)" } ?? "none",
        "Write them, for example with h5py: group.attrs['shape'] = matrix.shape.")
    }
    return extents
  }

  var byteCount: Int { values.byteCount + columns.byteCount }

  func endOfBlock(at row: Int) -> Int {
    let room = Int64(max(1, (4 << 20) / (sizes.value + sizes.column)))
    var end = row + 1
    while end < rowCount, end - row < 1 << 16, starts[end] - starts[row] < room { end += 1 }
    return end
  }

  func read(_ rows: Range<Int>) throws -> RowBlock {
    let first = Int(starts[rows.lowerBound])
    let range = first..<Int(starts[rows.upperBound])
    let (values, columns) = (try values.read(range).bytes, try columns.read(range).bytes)
    var block = RowBlock()
    for row in rows {
      let (start, end) = (Int(starts[row]) - first, Int(starts[row + 1]) - first)
      block.append(
        values[start * sizes.value..<end * sizes.value],
        columns[start * sizes.column..<end * sizes.column])
    }
    return block
  }

  func writer(_ path: String, in file: HDF5File) throws -> any RowAppender {
    let starts = try ByteWriter(
      file, "\(path)/indptr", [], of: StoredType(.int64), "int64", storage.chunks,
      deflate: storage.level(for: info))
    return try SparseWriter(
      path, columnCount, sizes, values.writer("\(path)/data", in: file),
      columns.writer("\(path)/indices", in: file), starts)
  }

  func attributes(rows: Int) -> [String: AttributeValue] {
    ["shape": .integers([rows, columnCount]), "h5sparse_shape": .integers([rows, columnCount])]
  }
}

private final class SparseWriter: RowAppender {
  private let path: String
  private let columnCount: Int
  private let sizes: (value: Int, column: Int)
  private let values: any RowAppender
  private let columns: any RowAppender
  private let starts: ByteWriter
  private var nonZeroCount: Int64 = 0

  init(
    _ path: String, _ columnCount: Int, _ sizes: (value: Int, column: Int),
    _ values: any RowAppender, _ columns: any RowAppender, _ starts: ByteWriter
  ) throws {
    (self.path, self.columnCount, self.sizes) = (path, columnCount, sizes)
    (self.values, self.columns, self.starts) = (values, columns, starts)
    try appendStart()
  }

  private func appendStart() throws {
    try starts.append((0..<8).map { UInt8(truncatingIfNeeded: nonZeroCount >> (8 * $0)) })
  }

  func append(_ block: RowBlock) throws {
    var parts: (values: [UInt8], columns: [UInt8]) = ([], [])
    for index in 0..<block.count {
      let row = block[index]
      let count = row.count / (sizes.value + sizes.column)
      let middle = row.startIndex + count * sizes.value
      parts.values += row[..<middle]
      parts.columns += row[middle...]
      nonZeroCount += Int64(count)
      try appendStart()
    }
    if parts.values.isEmpty { return }
    try values.append(RowBlock(parts.values, rowSize: sizes.value))
    try columns.append(RowBlock(parts.columns, rowSize: sizes.column))
  }

  func finish() throws -> RewriteSummary.Dataset {
    for part in [values, columns, starts] { _ = try part.finish() }
    return RewriteSummary.Dataset(
      name: path, shape: [starts.count - 1, columnCount],
      content: "CSR of \(nonZeroCount) non-zeros")
  }
}

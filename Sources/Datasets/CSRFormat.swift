internal import CKernels
internal import Examples
internal import HDF5

/// Matrices in CSR form, as AnnData writes them, which stay sparse in memory.
///
/// The group holds `data`, `indices` and `indptr`, and `shape` as an attribute or a dataset. Columns
/// are sorted within their rows; repeated ones are refused. Values of any numeric type are rounded
/// to float32, and stay as they are where neither the request nor the attribute `scale` says what they are multiplied
/// by. Memory holds the result, 8 bytes per non-zero, or as much of it as it may.
enum CSRFormat: DatasetFormat {
  static func open(_ request: DatasetRequest) throws -> (any StoredExamples)? {
    let (path, group) = (request.filePath, request.name)
    let file = try request.hdf5()
    guard try file.isGroup(group) else { return nil }
    let (members, wanted) = (try file.children(of: group), ["data", "indices", "indptr"])
    guard members.contains(where: { wanted.contains($0) }) else { return nil }
    let matrix = CSRGroup(file: file, filePath: path, group: group)
    try matrix.requireRows()
    for name in wanted where !members.contains(name) {
      throw matrix.problem(
        .malformed, name, "'data', 'indices' and 'indptr' of a matrix in CSR form",
        "no '\(name)'", "Write all three, as scipy.sparse.csr_matrix has them.")
    }
    let (rows, columns) = try matrix.shape(isMember: members.contains("shape"))
    for name in wanted { try request.missingChunks.check("\(group)/\(name)", of: file, path) }
    try requireMemory(8 * rows, for: "\(rows) rows", file: path, object: group)
    let starts = try matrix.starts(rows: rows, columns: columns)
    let factor = try matrix.scale(argument: request.scale)
    return try examples(matrix, starts, columnCount: columns, scale: factor, request)
  }

  private static func examples(
    _ matrix: CSRGroup, _ starts: [Int64], columnCount: Int, scale: Double,
    _ request: DatasetRequest
  ) throws -> CSRExamples {
    let count = Int(starts.last ?? 0)
    let isStreamed = request.memory.map { !$0.take(8 * count) } ?? false
    if !isStreamed {
      try requireMemory(
        8 * count, for: "\(count) non-zeros", file: request.filePath, object: request.name)
    }
    guard let memory = NonZeros(count: count, mayExceedMemory: isStreamed) else {
      throw matrix.problem(
        .inputOutput, "", "\(8 * count) bytes of memory for the non-zeros", "less than that",
        "Free memory or take fewer examples.")
    }
    let reading = try CSRReading(matrix, starts, columnCount, scale, memory)
    let supply = reading.supply(isStreamed ? request.memory : nil)
    if !isStreamed { try supply.finish() }
    let values = unsafe memory.values(0..<count)
    return CSRExamples(
      starts: starts, memory, columnCount: columnCount, scale: Float(scale),
      largestMagnitude: isStreamed
        ? .infinity
        : unsafe vaedp_largest_magnitude(
          count, values.baseAddress.unsafelyUnwrapped),
      supply: isStreamed ? supply : nil)
  }
}

extension CSRReading {
  /// About so many bytes of rows. Many chunks: those that lie in two blocks are unpacked twice.
  private func rowsPerBlock(_ byteCount: Int = 8 << 20) -> Int {
    max(1, byteCount / max(1, 8 * memory.count / rowCount))
  }

  /// Who brings the rows into memory: from what is given of a budget, or all of them.
  fileprivate func supply(_ budget: MemoryBudget?) -> any RowSupply {
    guard let budget else {
      return RowLoader(rowCount: rowCount, blockRows: rowsPerBlock(), read: read)
    }
    let capacity = budget.takeShare()
    return RowStream(
      RowStream.Layout(
        rowCount: rowCount, rowsPerBlock: rowsPerBlock(min(8 << 20, capacity / 32)),
        capacity: capacity, total: 8 * memory.count
      ) { 8 * nonZeros(of: $0).count },
      read: read, release: { memory.release(nonZeros(of: $0)) })
  }
}

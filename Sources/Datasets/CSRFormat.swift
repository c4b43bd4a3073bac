internal import Examples
internal import HDF5

/// Matrices in CSR form, as AnnData writes them, which stay sparse in memory.
///
/// The group holds `data`, `indices` and `indptr`, and `shape` as an attribute or a dataset. Columns
/// are sorted within their rows; repeated ones are refused. Values of any numeric type are rounded
/// to float32, and stay as they are where neither the request nor the attribute `scale` says what they are multiplied
/// by. Memory holds the result, 8 bytes per non-zero, and a block of about 4 MiB.
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
    let count = Int(starts.last ?? 0)
    try requireMemory(8 * count, for: "\(count) non-zeros", file: path, object: group)
    var indices = try matrix.columns(below: columns, starts)
    let factor = try matrix.scale(argument: request.scale)
    var values = try matrix.values(count: indices.count, scale: factor)
    try matrix.requireFinite(values, starts)
    try matrix.sort(&indices, &values, starts)
    return CSRExamples(
      starts: starts, columns: indices, values: values, columnCount: columns,
      scale: Float(factor))
  }
}

public import Examples
internal import Files
internal import HDF5

extension DatasetReader {
  /// Reads a matrix in CSR form, as AnnData writes it, into memory, where it stays sparse.
  ///
  /// The group holds `data`, `indices` and `indptr`, and `shape` as an attribute or a dataset. Columns
  /// are sorted within their rows; repeated ones are refused. Values of any numeric type are rounded
  /// to float32. Memory holds the result, 8 bytes per non-zero, and a block of about 4 MiB.
  /// - Parameters:
  ///   - file: Path of the HDF5 file.
  ///   - group: Path of the group inside it, for example `X`.
  ///   - scale: What values are multiplied by. Without it the attribute `scale` decides; without that
  ///     they stay as they are, whatever their type.
  ///   - missingChunks: What becomes of chunks of its members that the file does not hold.
  /// - Returns: The examples; `nil` where the path is no group or one without any of these members.
  /// - Throws: `DatasetError` for what breaks the form, naming the member; `HDF5Error` for what the
  ///   file itself has.
  public static func sparse(
    file path: String, group: String, scale: Double? = nil,
    missingChunks: MissingChunkRule = .refuse
  ) throws -> CSRExamples? {
    if isMissing(path) { return nil }  // `open` says what is missing.
    let file = try HDF5File(reading: path)
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
    for name in wanted { try missingChunks.check("\(group)/\(name)", of: file, path) }
    try requireMemory(8 * rows, for: "\(rows) rows", file: path, object: group)
    let starts = try matrix.starts(rows: rows, columns: columns)
    let count = Int(starts.last ?? 0)
    try requireMemory(8 * count, for: "\(count) non-zeros", file: path, object: group)
    var indices = try matrix.columns(below: columns, starts)
    let factor = try matrix.scale(argument: scale)
    var values = try matrix.values(count: indices.count, scale: factor)
    try matrix.requireFinite(values, starts)
    try matrix.sort(&indices, &values, starts)
    return CSRExamples(
      starts: starts, columns: indices, values: values, columnCount: columns,
      scale: Float(factor))
  }
}

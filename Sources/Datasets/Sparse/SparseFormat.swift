internal import Examples

/// A way in which a file may hold a matrix by its non-zeros; all are read as one in CSR form.
protocol SparseFormat: DatasetFormat {
  /// The matrix, its extents known; nil where the object is held in another way.
  ///
  /// - Throws: As `DatasetFormat.open`.
  static func matrix(_ request: DatasetRequest) throws -> CompressedMatrix?
}

extension SparseFormat {
  static func outline(_ request: DatasetRequest) throws -> ExampleOutline? {
    guard let matrix = try matrix(request) else { return nil }
    try matrix.requireStartCount()
    try matrix.requireChunks(request.missingChunks)
    return ExampleOutline(
      count: matrix.rows, shape: [matrix.columns], isSparse: true, note: matrix.note)
  }

  static func open(_ request: DatasetRequest) throws -> (any StoredExamples)? {
    guard let matrix = try matrix(request) else { return nil }
    try matrix.requireChunks(request.missingChunks)
    return try matrix.isByColumns ? matrix.columnExamples(request) : matrix.rowExamples(request)
  }
}

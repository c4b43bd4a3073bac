internal import HDF5

/// Matrices in CSR form, as AnnData writes them, which stay sparse in memory.
///
/// The group holds `data`, `indices` and `indptr`, and `shape` as an attribute or a dataset. Columns
/// are sorted within their rows; repeated ones are refused. Values of any numeric type are rounded
/// to float32, and stay as they are where neither the request nor the attribute `scale` says what they are multiplied
/// by. Memory holds the result, 8 bytes per non-zero, and a block of about 4 MiB.
enum CSRFormat: SparseFormat {
  static func matrix(_ request: DatasetRequest) throws -> CompressedMatrix? {
    let names = CompressedMatrix.Names.scipy
    guard let members = try request.members(), members.contains(where: names.all.contains) else {
      return nil
    }
    if try CompressedMatrix.isByColumns(request) { return nil }
    let matrix = CompressedMatrix(request, try request.hdf5(), names, isByColumns: false)
    try matrix.requireForm()
    try matrix.require(names.all, among: members)
    return try matrix.shaped(matrix.writtenShape(among: members))
  }
}

/// Matrices in CSC form, as AnnData writes them: as CSR otherwise, transposed in memory, which needs room for both.
enum CSCFormat: SparseFormat {
  static func matrix(_ request: DatasetRequest) throws -> CompressedMatrix? {
    let names = CompressedMatrix.Names.scipy
    guard let members = try request.members(), members.contains(where: names.all.contains),
      try CompressedMatrix.isByColumns(request)
    else { return nil }
    let matrix = CompressedMatrix(request, try request.hdf5(), names, isByColumns: true)
    try matrix.require(names.all, among: members)
    return try matrix.shaped(matrix.writtenShape(among: members))
  }
}

internal import HDF5

/// The matrix of Cell Ranger (10x Genomics): genes × cells in CSC form, so that each cell, an example, is a row of
/// non-zeros; a group with the cells' `barcodes` beside the matrix and its `shape`.
enum TenXFormat: SparseFormat {
  static func matrix(_ request: DatasetRequest) throws -> CompressedMatrix? {
    let names = CompressedMatrix.Names.scipy
    guard let members = try request.members(),
      (names.all + ["barcodes", "shape"]).allSatisfy(members.contains)
    else { return nil }
    var matrix = CompressedMatrix(request, try request.hdf5(), names, isByColumns: false)
    matrix.note = "10x has a cell in each column: read transposed, so that cells are the examples."
    let (genes, cells) = try matrix.writtenShape(among: members)
    return try matrix.shaped((cells, genes))
  }
}

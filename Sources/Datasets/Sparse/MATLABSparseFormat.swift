internal import HDF5

/// A sparse matrix of MATLAB (v7.3), whose rows are the examples: a group in CSC form with the rows `ir`, the columns'
/// starts `jc`, and the number of rows as the attribute `MATLAB_sparse`. One without non-zeros has neither `data` nor `ir`.
enum MATLABSparseFormat: SparseFormat {
  static func matrix(_ request: DatasetRequest) throws -> CompressedMatrix? {
    guard let members = try request.members(),
      let rows = try request.hdf5().attribute(.matlabSparse, of: request.name)
    else { return nil }
    let matrix = CompressedMatrix(request, try request.hdf5(), .matlab, isByColumns: true)
    guard case .integer(let rows) = rows else {
      throw matrix.problem(
        .wrongAttribute, "", "the number of rows as the attribute 'MATLAB_sparse'", "\(rows)",
        "Save the matrix again.")
    }
    try matrix.require(CompressedMatrix.Names.matlab.all, among: members)
    let columns = try matrix.length("jc") - 1
    return try matrix.shaped((rows, columns))
  }
}

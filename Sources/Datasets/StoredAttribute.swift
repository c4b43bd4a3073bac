internal import HDF5

/// The attributes of datasets and groups that are asked for by name.
enum StoredAttribute: String, CaseIterable {
  /// The order of an image's axes: NCHW or NHWC.
  case layout
  /// What stored numbers are multiplied by.
  case scale
  /// The extents of a sparse matrix, and what h5sparse calls them.
  case shape, olderShape = "h5sparse_shape"
  /// What the classes are called that integers stand for.
  case classes
  /// The form of a matrix, as AnnData and as h5sparse name it.
  case form = "encoding-type", olderForm = "h5sparse_format"
  /// What MATLAB says of its arrays, and of sparse ones: the number of rows.
  case matlabClass = "MATLAB_class", matlabSparse = "MATLAB_sparse"
}

extension HDF5File {
  /// The value of an attribute; nil where there is none.
  func attribute(_ name: StoredAttribute, of path: String) throws(HDF5Error) -> AttributeValue? {
    try attribute(name.rawValue, of: path)
  }
}

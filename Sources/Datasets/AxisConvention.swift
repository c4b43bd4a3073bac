internal import HDF5

/// In which order a program writes the axes of its arrays, and which of them counts the examples.
enum AxisConvention: Sendable {
  /// Examples are rows, axes are written as they are meant: numpy, h5py, AnnData.
  case examplesFirst
  /// Loom: a gene in each row, a cell in each column.
  case loom
  /// MATLAB (v7.3), which writes the last axis first. Examples are the rows of a matrix, and the last axis of what has
  /// more axes, as its toolboxes have images; a vector is a list, whichever way it lies.
  case matlab

  /// The convention of a dataset.
  ///
  /// - Throws: `HDF5Error` for what is wrong with the attribute or the file that tells it.
  init(_ info: DatasetInfo, in file: HDF5File) throws(HDF5Error) {
    if try file.attribute(.matlabClass, of: info.path) != nil {
      self = .matlab
    } else if Self.isLoomMatrix(info.path), try Self.isLoom(file) {
      self = .loom
    } else {
      self = .examplesFirst
    }
  }

  /// Whether a file has what makes it one of loom.
  static func isLoom(_ file: HDF5File) throws(HDF5Error) -> Bool {
    let names = try file.children(of: "/")
    return ["col_attrs", "row_attrs"].allSatisfy(names.contains)
  }

  private static func isLoomMatrix(_ path: String) -> Bool {
    let names = path.split(separator: "/")
    return names == ["matrix"] || (names.count == 2 && names[0] == "layers")
  }

  /// The stored axis that is the examples', then those of an example.
  func axes(of stored: [Int]) -> [Int] {
    switch (self, stored.count) {
    case (.loom, 2): [1, 0]
    case (.matlab, 2): stored[1] == 1 ? [0, 1] : [1, 0]
    case (.matlab, 3...): [0] + (1..<stored.count).reversed()
    default: Array(stored.indices)
    }
  }

  /// What to know about the dataset, for whoever looks at the file; nil where nothing is unusual.
  func note(_ stored: [Int]) -> String? {
    switch self {
    case .examplesFirst: nil
    case .loom:
      "Loom has a gene in each row and a cell in each column: read transposed, so that cells are the examples."
    case .matlab:
      stored.count == 2
        ? "MATLAB writes its axes in reverse: read as the matrix \(Array(stored.reversed())) that it was there, "
          + "whose rows are the examples."
        : "MATLAB writes its axes in reverse: the last one there, \(stored.first ?? 0) long, counts the examples."
    }
  }
}

internal import HDF5

/// A group that holds a matrix in CSR form, while it is read and checked.
struct CSRGroup {
  let file: HDF5File
  let filePath: String
  let group: String

  private func path(_ member: String) -> String { "\(group)/\(member)" }

  /// Its place, for messages.
  var place: MatrixPlace { MatrixPlace(file: filePath, group: group) }

  /// As `MatrixPlace.problem`.
  func problem(
    _ code: DatasetError.Code, _ member: String, _ expected: String, _ found: String,
    _ remedy: String
  ) -> DatasetError { place.problem(code, member, expected, found, remedy) }

  /// Throws where the group says that it holds something else than rows.
  func requireRows() throws {
    for name in [StoredAttribute.form, .olderForm] {
      guard case .string(let form)? = try file.attribute(name, of: group) else { continue }
      if ["csr_matrix", "csr_array", "csr"].contains(form) { continue }
      throw problem(
        .malformed, "", "a matrix in CSR form", "'\(form)' as the attribute '\(name.rawValue)'",
        "Convert it with scipy's tocsr() before it is written.")
    }
  }

  /// N and D, from the attribute or the dataset `shape`.
  func shape(isMember: Bool) throws -> (rows: Int, columns: Int) {
    let attribute = try file.attribute(.shape, of: group)
    let older = try file.attribute(.olderShape, of: group)
    var extents: [Int]
    switch attribute ?? older {
    case .integers(let values): extents = values
    case nil where isMember:
      let info = try file.info(path("shape"))
      extents = info.elementCount == 2 ? try integers("shape").map { Int($0) } : info.shape
    case nil:
      throw problem(
        .malformed, "", "the matrix's extents [N, D] as the attribute 'shape'", "none",
        "Write them, for example with h5py: group.attrs['shape'] = matrix.shape.")
    case .some(let other): throw wrongShape("\(other)")
    }
    guard extents.count == 2, extents.allSatisfy({ $0 >= 0 }) else {
      throw wrongShape("\(extents)")
    }
    let (rows, columns) = (extents[0], extents[1])
    guard rows > 0, columns > 0 else {
      throw problem(.empty, "", "at least one example", "shape \(extents)", "Choose another group.")
    }
    guard rows <= 1 << 32, columns <= Int32.max else {
      throw problem(
        .wrongShape, "", "at most 2^32 rows of 2^31 - 1 columns", "shape \(extents)",
        "Split the matrix.")
    }
    return (rows, columns)
  }

  private func wrongShape(_ found: String) -> DatasetError {
    problem(
      .wrongShape, "", "two extents [N, D] as 'shape'", found,
      "Write the shape of the matrix, for example [1000, 20108].")
  }

  /// Throws where `indptr` does not have a number for each row, and one more.
  func requireStarts(rows: Int, columns: Int) throws {
    let count = try length("indptr")
    guard count == rows + 1 else {
      throw problem(
        .wrongShape, "indptr", "\(rows + 1) numbers for \(rows) rows", "\(count)",
        count == columns + 1
          ? "That is one per column: convert the matrix with scipy's tocsr(), or, where its columns are "
            + "the examples (10x), write its 'shape' in reverse."
          : "Write 'shape' and 'indptr' of the same matrix.")
    }
  }

  /// Where each row's non-zeros start, and where the last ones end.
  func starts(rows: Int, columns: Int) throws -> [Int64] {
    try requireStarts(rows: rows, columns: columns)
    let starts = try integers("indptr")
    guard starts[0] == 0 else {
      throw problem(
        .malformed, "indptr", "0 as its first number", "\(starts[0])",
        "Write the whole matrix, not a part of its arrays.")
    }
    for row in 0..<rows where starts[row + 1] < starts[row] {
      throw problem(
        .malformed, "indptr", "numbers that never fall",
        "\(starts[row + 1]) after \(starts[row]) at row \(row)", "Write the matrix again.")
    }
    for member in ["indices", "data"] {
      let count = try length(member)
      guard Int64(count) == starts[rows] else {
        throw problem(
          .wrongShape, member, "\(starts[rows]) numbers, as 'indptr' ends with", "\(count)",
          "Write all arrays of the same matrix.")
      }
    }
    return starts
  }

  /// What stored values are multiplied by.
  func scale(argument: Double?) throws -> Double {
    var value = argument
    if value == nil {
      switch try file.attribute(.scale, of: group) {
      case nil: return 1
      case .real(let scale): value = scale
      case .integer(let scale): value = Double(scale)
      case .some: break
      }
    }
    guard let value, Float(value).isNormal else {
      throw problem(
        .wrongAttribute, "", "a finite number other than 0 as the attribute 'scale'",
        value.map { "\($0)" } ?? "something else", "Correct the scale.")
    }
    return value
  }
}

/// Where a matrix by its non-zeros is, for messages.
struct MatrixPlace: Sendable {
  let file: String
  let group: String

  /// An error about a member of the group; about the group itself where the name is empty.
  func problem(
    _ code: DatasetError.Code, _ member: String, _ expected: String, _ found: String,
    _ remedy: String
  ) -> DatasetError {
    DatasetError(
      code: code, file: file, object: member.isEmpty ? group : "\(group)/\(member)",
      expected: expected, found: found, remedy: remedy)
  }
}

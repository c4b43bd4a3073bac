internal import HDF5

/// A group that holds a matrix by its non-zeros, row after row or column after column, while it is read and checked.
struct CompressedMatrix {
  /// What its members are called.
  struct Names {
    let values: String
    /// Of each non-zero its column, or its row where the matrix is held by columns.
    let places: String
    /// Where the non-zeros of each row, or column, start.
    let starts: String

    var all: [String] { [values, places, starts] }
    static let scipy = Names(values: "data", places: "indices", starts: "indptr")
    static let matlab = Names(values: "data", places: "ir", starts: "jc")
  }

  let file: HDF5File
  let filePath: String
  let group: String
  let names: Names
  /// Whether non-zeros are held column after column.
  let isByColumns: Bool
  /// How many examples there are.
  private(set) var rows = 0
  /// Elements of an example.
  private(set) var columns = 0
  /// What to know about it; nil where nothing is unusual.
  var note: String?

  init(_ request: DatasetRequest, _ file: HDF5File, _ names: Names, isByColumns: Bool) {
    (self.file, filePath, group) = (file, request.filePath, request.name)
    (self.names, self.isByColumns) = (names, isByColumns)
  }

  /// Rows, or columns, that are held one after another.
  private var majorCount: Int { isByColumns ? columns : rows }
  /// What `places` are below.
  private var minorCount: Int { isByColumns ? rows : columns }
  private var major: String { isByColumns ? "column" : "row" }
  private var minor: String { isByColumns ? "row" : "column" }

  func path(_ member: String) -> String { "\(group)/\(member)" }

  /// Its place, for messages.
  var place: MatrixPlace { MatrixPlace(file: filePath, group: group) }

  /// As `MatrixPlace.problem`.
  func problem(
    _ code: DatasetError.Code, _ member: String, _ expected: String, _ found: String,
    _ remedy: String
  ) -> DatasetError { place.problem(code, member, expected, found, remedy) }

  /// Whether the group says that it holds columns.
  static func isByColumns(_ request: DatasetRequest) throws -> Bool {
    for name in [StoredAttribute.form, .olderForm] {
      guard case .string(let form)? = try request.hdf5().attribute(name, of: request.name) else {
        continue
      }
      if ["csc_matrix", "csc_array", "csc"].contains(form) { return true }
    }
    return false
  }

  /// Throws where the group says that it holds neither rows nor columns.
  func requireForm() throws {
    for name in [StoredAttribute.form, .olderForm] {
      guard case .string(let form)? = try file.attribute(name, of: group) else { continue }
      if ["csr_matrix", "csr_array", "csr"].contains(form) { continue }
      throw problem(
        .malformed, "", "a matrix in CSR or CSC form",
        "'\(form)' as the attribute '\(name.rawValue)'",
        "Convert it with scipy's tocsr() before it is written.")
    }
  }

  /// Throws where a member is missing.
  func require(_ wanted: [String], among members: [String]) throws {
    for name in wanted where !members.contains(name) {
      throw problem(
        .malformed, name,
        "\(wanted.dropLast().map { "'\($0)'" }.joined(separator: ", ")) and '\(names.starts)' of a sparse matrix",
        "no '\(name)'", "Write all three, as scipy.sparse.csr_matrix has them.")
    }
  }

  /// The extents as they are written: the attribute or the dataset `shape`.
  func writtenShape(among members: [String]) throws -> (Int, Int) {
    let attribute = try file.attribute(.shape, of: group)
    let older = try file.attribute(.olderShape, of: group)
    var extents: [Int]
    switch attribute ?? older {
    case .integers(let values): extents = values
    case nil where members.contains("shape"):
      let info = try file.info(path("shape"))
      extents = info.elementCount == 2 ? try integers("shape").map { Int($0) } : info.shape
    case nil:
      throw problem(
        .malformed, "", "the matrix's extents [N, D] as the attribute 'shape'", "none",
        "Write them, for example with h5py: group.attrs['shape'] = matrix.shape.")
    case .some(let other): throw wrongShape("\(other)")
    }
    guard extents.count == 2 else { throw wrongShape("\(extents)") }
    return (extents[0], extents[1])
  }

  /// The same with its extents.
  func shaped(_ extents: (rows: Int, columns: Int)) throws -> CompressedMatrix {
    let (rows, columns) = extents
    guard rows >= 0, columns >= 0 else { throw wrongShape("[\(rows), \(columns)]") }
    guard rows > 0, columns > 0 else {
      throw problem(
        .empty, "", "at least one example", "shape [\(rows), \(columns)]", "Choose another group.")
    }
    guard rows <= (isByColumns ? Int(Int32.max) : 1 << 32), columns <= Int32.max else {
      throw problem(
        .wrongShape, "",
        "at most \(isByColumns ? "2^31 - 1" : "2^32") rows of 2^31 - 1 columns",
        "shape [\(rows), \(columns)]", "Split the matrix.")
    }
    var shaped = self
    (shaped.rows, shaped.columns) = (rows, columns)
    return shaped
  }

  private func wrongShape(_ found: String) -> DatasetError {
    problem(
      .wrongShape, "", "two extents [N, D] as 'shape'", found,
      "Write the shape of the matrix, for example [1000, 20108].")
  }

  /// Throws where there is not one start for each row, or column, and one more.
  func requireStartCount() throws {
    let count = try length(names.starts)
    guard count == majorCount + 1 else {
      throw problem(
        .wrongShape, names.starts, "\(majorCount + 1) numbers for \(majorCount) \(major)s",
        "\(count)",
        count == minorCount + 1
          ? "That is one per \(minor): "
            + (isByColumns
              ? "write 'csr_matrix' as the attribute 'encoding-type'."
              : "write 'csc_matrix' as the attribute 'encoding-type' or convert the matrix with scipy's tocsr(); where "
                + "its columns are the examples, write its 'shape' in reverse.")
          : "Write 'shape' and '\(names.starts)' of the same matrix.")
    }
  }

  /// Throws where chunks are missing that are not to be filled.
  func requireChunks(_ rule: MissingChunkRule) throws {
    for name in names.all { try rule.check(path(name), of: file, filePath) }
  }

  /// Where the non-zeros of each row, or column, start, and where the last ones end.
  func starts() throws -> [Int64] {
    try requireStartCount()
    let starts = try integers(names.starts)
    guard starts[0] == 0 else {
      throw problem(
        .malformed, names.starts, "0 as its first number", "\(starts[0])",
        "Write the whole matrix, not a part of its arrays.")
    }
    for index in 0..<majorCount where starts[index + 1] < starts[index] {
      throw problem(
        .malformed, names.starts, "numbers that never fall",
        "\(starts[index + 1]) after \(starts[index]) at \(major) \(index)",
        "Write the matrix again.")
    }
    for member in [names.places, names.values] {
      let count = try length(member)
      guard Int64(count) == starts[majorCount] else {
        throw problem(
          .wrongShape, member, "\(starts[majorCount]) numbers, as '\(names.starts)' ends with",
          "\(count)", "Write all arrays of the same matrix.")
      }
    }
    return starts
  }

  /// The columns of the non-zeros, or their rows, as they are stored.
  func places(_ starts: [Int64]) throws -> [Int32] {
    var places: [Int32] = []
    places.reserveCapacity(Int(starts.last ?? 0))
    try eachInteger(names.places) { place in
      guard place >= 0, place < minorCount else {
        throw problem(
          .malformed, names.places, "\(minor)s 0 to \(minorCount - 1)",
          "\(place) in \(major) \(Self.line(of: places.count, starts))",
          "Write 'shape' and '\(names.places)' of the same matrix.")
      }
      places.append(Int32(place))
    }
    return places
  }

  /// The row, or column, in which a non-zero lies.
  static func line(of position: Int, _ starts: [Int64]) -> Int {
    var (low, high) = (0, starts.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= Int64(position) { low = middle } else { high = middle }
    }
    return low
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

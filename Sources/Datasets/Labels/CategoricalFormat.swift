internal import HDF5

/// A categorical column as AnnData writes it: a group of `codes`, one for each example, and `categories`; before
/// version 0.8 a dataset of codes, `obs/kind`, with its categories as `obs/__categories/kind`.
enum CategoricalFormat: DatasetFormat {
  static func open(_ request: DatasetRequest) throws -> (any StoredExamples)? {
    guard let (codes, categories) = try places(request) else { return nil }
    guard [.any, .classes].contains(request.kind) else {
      throw request.problem(
        .wrongType, "numbers", "a column of categories",
        "Name it as a field of classes, or name another dataset.")
    }
    let file = try request.hdf5()
    for member in [codes, categories] {
      try request.requireList(try file.info(member), bytesPerRow: 64)
    }
    return try request.classes(
      try request.integers(codes), named: try names(categories, request), place: "'\(categories)'",
      at: codes)
  }

  /// The datasets of codes and categories; nil where the object is no such column.
  private static func places(
    _ request: DatasetRequest
  ) throws -> (codes: String, categories: String)? {
    if let members = try request.members() {
      guard members.contains("codes"), members.contains("categories") else { return nil }
      return ("\(request.name)/codes", "\(request.name)/categories")
    }
    guard let older = olderCategories(of: request.name), try request.hdf5().contains(older) else {
      return nil
    }
    return (request.name, older)
  }

  /// Where the categories of a column lay before version 0.8.
  static func olderCategories(of column: String) -> String? {
    guard let slash = column.lastIndex(of: "/"), slash > column.startIndex else { return nil }
    return column[..<slash] + "/__categories" + column[slash...]
  }

  /// What the categories are called: texts, or numbers as they are written.
  private static func names(_ path: String, _ request: DatasetRequest) throws -> [String] {
    let file = try request.hdf5()
    let info = try file.info(path)
    switch info.elementType {
    case .string: return try file.readStrings(path)
    case .float16, .float32: return try file.read(path, as: Float.self).map { "\($0)" }
    case .float64: return try file.read(path, as: Double.self).map { "\($0)" }
    case .bool: return try request.integers(path).map { $0 == 0 ? "False" : "True" }
    default: return try request.integers(path).map { "\($0)" }
    }
  }
}

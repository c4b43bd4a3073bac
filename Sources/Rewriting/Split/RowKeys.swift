internal import HDF5

/// The values of a list beside the examples, by which they are cut.
struct RowKeys {
  /// Its path.
  let path: String
  private let contents: FileContents
  private let info: DatasetInfo

  /// - Parameter name: Inside the examples' folder, or the whole path; a group of codes and categories stands for its codes.
  /// - Throws: `RewriteError` where it is not there, or not a list of as many.
  init(_ name: String, of set: FileContents.Examples, in contents: FileContents) throws {
    self.contents = contents
    let found = [joined(set.folder, name), name].first { contents.file.contains($0) }
    guard let found else {
      throw contents.problem(
        .missingField, at: name, "a list with an entry for each example", "no object of this name",
        "'vae-dp inspect' lists what is in the file.")
    }
    let isGroup = try contents.file.isGroup(found)
    path = isGroup && contents.file.contains("\(found)/codes") ? "\(found)/codes" : found
    info = try contents.file.info(path)
    guard info.shape == [set.rowCount] || info.shape == [set.rowCount, 1] else {
      throw contents.problem(
        .missingField, at: path, "one entry for each of \(set.rowCount) examples",
        "shape \(info.shape)", "Name a list of as many.")
    }
  }

  /// For each example the number of its value, counted from 0 in the order in which they come.
  func codes() throws -> (codes: [Int], count: Int) {
    if info.elementType == .string { return Self.numbered(try contents.file.readStrings(path)) }
    guard info.elementType.isInteger else {
      throw contents.problem(
        .unsupported, at: path, "integers or texts", "\(info.elementType)",
        "Write the list again as one of them.")
    }
    return Self.numbered(try contents.file.read(path, as: Int64.self))
  }

  private static func numbered<Key: Hashable>(_ keys: [Key]) -> (codes: [Int], count: Int) {
    var known: [Key: Int] = [:]
    let codes = keys.map { key in
      if let code = known[key] { return code }
      known[key] = known.count
      return known.count - 1
    }
    return (codes, known.count)
  }

  /// The examples, earliest first; of equals the first in the file.
  func order() throws -> [Int] {
    if info.elementType == .string { return Self.ordered(try contents.file.readStrings(path)) }
    if info.elementType.isInteger {
      return Self.ordered(try contents.file.read(path, as: Int64.self))
    }
    guard [.float16, .float32, .float64].contains(info.elementType) else {
      throw contents.problem(
        .unsupported, at: path, "numbers or texts", "\(info.elementType)",
        "Write the list again as one of them.")
    }
    let times = try contents.file.read(path, as: Double.self)
    if let row = times.firstIndex(where: \.isNaN) {
      throw contents.problem(
        .unsupported, at: path, "a time for each example", "none (NaN) in row \(row)",
        "Remove such examples, or give them a time.")
    }
    return Self.ordered(times)
  }

  private static func ordered<Key: Comparable>(_ keys: [Key]) -> [Int] {
    keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
  }
}

internal import Examples
internal import HDF5

/// Lists of one integer or text for each example.
extension DatasetRequest {
  /// Whether a dataset has one element for each example.
  func isList(_ info: DatasetInfo) throws -> Bool {
    guard (1...2).contains(info.shape.count) else { return false }
    let axes = try AxisConvention(info, in: try hdf5()).axes(of: info.shape)
    return info.shape.count == 1 || info.shape[axes[1]] == 1
  }

  /// Throws where a dataset is no list, has no row, chunks that are not there, or does not fit the memory.
  func requireList(_ info: DatasetInfo, bytesPerRow: Int) throws {
    guard try isList(info) else {
      throw problem(.wrongShape, "a list", "shape \(info.shape)", "Write one value for each row.")
    }
    guard info.elementCount > 0 else {
      throw problem(.empty, "at least one example", "none", "Choose another dataset.")
    }
    try missingChunks.check(info.path, of: try hdf5(), filePath)
    try requireMemory(
      info.elementCount * bytesPerRow, for: "\(info.elementCount) classes", file: filePath,
      object: info.path)
  }

  /// A list of integers; of the usual types without a conversion by libhdf5.
  func integers(_ path: String) throws -> [Int64] {
    let rows = try DatasetRows(path, of: try hdf5())
    guard rows.info.elementType.isInteger else {
      throw problem(
        .wrongType, "integers of at most 63 bits", "\(rows.info.elementType)",
        "Convert them, for example with numpy's astype('int64').")
    }
    func read<Stored: HDF5Element & FixedWidthInteger>(_ type: Stored.Type) throws -> [Int64] {
      var values = [Stored](repeating: 0, count: rows.info.elementCount)
      var span = values.mutableSpan
      try rows.read(0..<(rows.info.shape.first ?? 0), into: &span)
      return values.map { Int64($0) }
    }
    return switch rows.info.elementType {
    case .bool, .uint8: try read(UInt8.self)
    case .int8, .int16, .uint16, .int32: try read(Int32.self)
    default: try read(Int64.self)
    }
  }

  /// Places in a list of names as classes.
  ///
  /// - Parameter codes: Where the places are; the object itself where nil.
  func classes(
    _ values: [Int64], named names: [String], place: String, at codes: String? = nil
  ) throws -> ClassExamples {
    guard Set(names).count == names.count, names.count <= ClassListFormat.largestCount else {
      throw problem(
        .malformed, "at most \(ClassListFormat.largestCount) distinct names as \(place)",
        "\(names.count), of which \(names.count - Set(names).count) are there twice",
        "Correct the names.")
    }
    if let row = values.firstIndex(where: { !names.indices.contains(Int($0)) }) {
      throw DatasetError(
        code: .unsupportedValue, file: filePath, object: codes ?? name,
        expected: "numbers from 0 to \(names.count - 1), which are places in \(place)",
        found: "\(values[row]) in row \(row)",
        remedy: values[row] == -1
          ? "That is an example without a class: leave it out, or give it one."
          : "Correct the numbers or the names.")
    }
    return ClassExamples(values.map { Int32($0) }, names: names)
  }

  /// Elements of an enumeration as classes.
  func classes(_ values: [Int64], of members: [EnumerationMember]) throws -> ClassExamples {
    let places = Dictionary(members.enumerated().map { ($1.value, Int64($0)) }) { first, _ in first
    }
    if let row = values.firstIndex(where: { places[$0] == nil }) {
      throw problem(
        .unsupportedValue, "one of the enumeration's \(members.count) numbers",
        "\(values[row]) in row \(row)", "Correct the value.")
    }
    return try classes(
      values.compactMap { places[$0] }, named: members.map(\.name), place: "the enumeration")
  }
}

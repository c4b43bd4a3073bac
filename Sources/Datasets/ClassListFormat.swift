public import Examples
internal import HDF5

/// Datasets `[N]` or `[N, 1]` of integers or texts as classes, which need not be 0, 1, 2, …: classes are the values that
/// there are, in ascending order, called as they are written.
///
/// Where a dataset of integers has the attribute `classes`, a list of texts, they are places in it.
enum ClassListFormat: DatasetFormat {
  /// More would be numbers.
  static let largestCount = 1 << 16

  static func open(_ request: DatasetRequest) throws -> (any StoredExamples)? {
    guard [.any, .classes].contains(request.kind) else { return nil }
    let file = try request.hdf5()
    guard try !file.isGroup(request.name) else { return nil }
    let info = try file.info(request.name)
    let (isList, isText) = (info.isList, info.elementType == .string)
    guard isList, isText || info.elementType.isInteger else {
      if request.kind == .any { return nil }
      throw request.problem(
        isList ? .wrongType : .wrongShape,
        "one class for each example: integers of at most 63 bits or texts, [N]",
        "\(info.elementType) of shape \(info.shape)",
        "Name the dataset of the classes, or read it as \"numbers\".")
    }
    try request.require(info, bytesPerRow: isText ? 64 : 16)
    if isText { return try classes(of: try file.readStrings(request.name), request) }
    let values = try request.integers(request.name)
    guard let attribute = try file.attribute(.classes, of: request.name) else {
      return try classes(of: values, request)
    }
    guard case .strings(let names) = attribute else {
      throw request.problem(
        .wrongAttribute, "a list of texts as the attribute 'classes'", "\(attribute)",
        "Correct the attribute.")
    }
    return try request.classes(values, named: names, place: "the attribute 'classes'")
  }

  /// The distinct values, ascending, as classes.
  private static func classes<Label: Hashable & Comparable & LosslessStringConvertible>(
    of labels: [Label], _ request: DatasetRequest
  ) throws -> ClassExamples {
    var places: [Label: Int32] = [:]
    let found = try labels.map { label in
      if let place = places[label] { return place }
      guard places.count < largestCount else {
        throw request.problem(
          .wrongShape, "at most \(largestCount) classes", "more distinct values",
          "Read it as \"numbers\", or name another dataset.")
      }
      let place = Int32(places.count)
      places[label] = place
      return place
    }
    let sorted = places.keys.sorted()
    var order = [Int32](repeating: 0, count: sorted.count)
    for (place, label) in sorted.enumerated() { order[Int(places[label] ?? 0)] = Int32(place) }
    return ClassExamples(found.map { order[Int($0)] }, names: sorted.map { "\($0)" })
  }
}

/// A categorical column as AnnData writes it: a group of `codes`, one for each example, and `categories`.
enum CategoricalFormat: DatasetFormat {
  static func open(_ request: DatasetRequest) throws -> (any StoredExamples)? {
    let file = try request.hdf5()
    guard try file.isGroup(request.name) else { return nil }
    let members = try file.children(of: request.name)
    guard members.contains("codes"), members.contains("categories") else { return nil }
    guard [.any, .classes].contains(request.kind) else {
      throw request.problem(
        .wrongType, "numbers", "a group of categories",
        "Name it as a field of classes, or name another dataset.")
    }
    let (codes, categories) = ("\(request.name)/codes", "\(request.name)/categories")
    for member in [codes, categories] {
      try request.require(try file.info(member), bytesPerRow: 64, member: member)
    }
    let info = try file.info(categories)
    let names =
      info.elementType == .string
      ? try file.readStrings(categories) : try request.integers(categories).map { "\($0)" }
    return try request.classes(
      try request.integers(codes), named: names, place: "'categories'", member: "codes")
  }
}

extension DatasetInfo {
  /// Whether there is one element in a row.
  fileprivate var isList: Bool {
    shape.count == 1 || (shape.count == 2 && shape[1] == 1)
  }
}

extension DatasetRequest {
  /// Throws where a list has no row, chunks that are not there, or does not fit the memory.
  fileprivate func require(
    _ info: DatasetInfo, bytesPerRow: Int, member: String? = nil
  ) throws {
    guard info.isList else {
      throw problem(.wrongShape, "a list", "shape \(info.shape)", "Write one value for each row.")
    }
    guard info.elementCount > 0 else {
      throw problem(.empty, "at least one example", "none", "Choose another dataset.")
    }
    try missingChunks.check(member ?? info.path, of: try hdf5(), filePath)
    try requireMemory(
      info.elementCount * bytesPerRow, for: "\(info.elementCount) classes", file: filePath,
      object: member ?? name)
  }

  /// A list of integers; of the usual types without a conversion by libhdf5.
  fileprivate func integers(_ path: String) throws -> [Int64] {
    let rows = try DatasetRows(path, of: try hdf5())
    guard rows.info.elementType.isInteger else {
      throw problem(
        .wrongType, "integers of at most 63 bits", "\(rows.info.elementType)",
        "Convert them, for example with numpy's astype('int64').")
    }
    func read<Stored: HDF5Element & FixedWidthInteger>(_ type: Stored.Type) throws -> [Int64] {
      let count = rows.info.elementCount
      var values = [Stored](repeating: 0, count: count)
      var span = values.mutableSpan
      try rows.read(0..<count, into: &span)
      return values.map { Int64($0) }
    }
    return switch rows.info.elementType {
    case .bool, .uint8: try read(UInt8.self)
    case .int8, .int16, .uint16, .int32: try read(Int32.self)
    default: try read(Int64.self)
    }
  }

  /// Places in a list of names as classes.
  fileprivate func classes(
    _ values: [Int64], named names: [String], place: String, member: String = ""
  ) throws -> ClassExamples {
    guard Set(names).count == names.count, names.count <= ClassListFormat.largestCount else {
      throw problem(
        .malformed, "at most \(ClassListFormat.largestCount) distinct names as \(place)",
        "\(names.count), of which \(names.count - Set(names).count) are there twice",
        "Correct the names.")
    }
    if let row = values.firstIndex(where: { !names.indices.contains(Int($0)) }) {
      throw problem(
        .unsupportedValue, member: member,
        "numbers from 0 to \(names.count - 1), which are places in \(place)",
        "\(values[row]) in row \(row)",
        values[row] == -1
          ? "That is an example without a class: leave it out, or give it one."
          : "Correct the numbers or the names.")
    }
    return ClassExamples(values.map { Int32($0) }, names: names)
  }
}

extension ClassExamples: StoredExamples {
  /// 1.
  public var scale: Float { 1 }
  /// Bytes of memory that the indices take.
  public var byteCount: Int { indices.count * 4 }
}

internal import CHDF5

extension HDF5File {
  /// What the file says about a dataset, after the checks that precede every read.
  ///
  /// - Throws: `.missingObject`, `.wrongKind`, or `.refused` for content that is not followed.
  public func info(_ path: String) throws(HDF5Error) -> DatasetInfo {
    try withFile { (file) throws(HDF5Error) in
      let dataset = try context.openDataset(path, in: file)
      return dataset.info
    }
  }

  /// Reads a whole dataset, row-major.
  ///
  /// - Parameter type: The stored type, or one that holds all of its values: a wider integer,
  ///   `Double` for `float32`.
  /// - Throws: As `info`; `.wrongType` if values would not fit; `.inputOutput`, also for a checksum
  ///   that does not match.
  public func read<T: HDF5Element>(
    _ path: String, as type: T.Type
  ) throws(HDF5Error) -> [T] {
    try withFile { (file) throws(HDF5Error) -> [T] in
      let dataset = try context.openDataset(path, in: file)
      try context.requireType(type, of: dataset.info)
      let count = dataset.info.elementCount
      if count == 0 { return [] }
      let values = try [T](capacity: count) { (output) throws(HDF5Error) in
        let status = unsafe output.withUnsafeMutableBufferPointer { buffer, initialized in
          let status = unsafe H5Dread(
            dataset.identifier.raw, T.memoryType(for: dataset.info.elementType), chdf5_all(),
            chdf5_all(), chdf5_default(),
            buffer.baseAddress)
          initialized = status < 0 ? 0 : count
          return status
        }
        try context.check(status, "read the dataset", dataset.info.path)
      }
      try context.requireHeld(values.span, from: 0, of: dataset.info)
      return values
    }
  }

  /// Reads the rows `rows` of the leading axis, row-major.
  ///
  /// - Parameter values: Overwritten; as many elements as these rows have.
  /// - Throws: As `read`; `.wrongShape` if the rows or the count do not fit.
  public func readRows<T: HDF5Element>(
    _ path: String, rows: Range<Int>, into values: inout MutableSpan<T>
  ) throws(HDF5Error) {
    try unsafe values.withUnsafeMutableBufferPointer { (buffer) throws(HDF5Error) in
      try withFile { (file) throws(HDF5Error) in
        let dataset = try context.openDataset(path, in: file)
        try context.requireType(T.self, of: dataset.info)
        let selection = try context.selectRows(rows, of: dataset, valueCount: buffer.count)
        if buffer.isEmpty { return }
        try unsafe context.check(
          H5Dread(
            dataset.identifier.raw, T.memoryType(for: dataset.info.elementType),
            selection.memory.raw, selection.file.raw, chdf5_default(), buffer.baseAddress),
          "read rows \(rows)", dataset.info.path)
        try unsafe context.requireHeld(buffer.span, from: rows.lowerBound, of: dataset.info)
      }
    }
  }

  /// Reads a scalar string of fixed or variable length; bytes that are not UTF-8 become U+FFFD.
  ///
  /// - Throws: As `info`; `.wrongType` or `.wrongShape` if it is something else.
  public func readString(_ path: String) throws(HDF5Error) -> String {
    try withFile { (file) throws(HDF5Error) in
      let dataset = try context.openDataset(path, in: file)
      guard dataset.info.elementType == .string else {
        throw context.wrongType("a string", dataset.info)
      }
      guard dataset.info.elementCount == 1 else {
        throw context.wrongShape("one string", "shape \(dataset.info.shape)", dataset.info.path)
      }
      let type = try context.adopt(
        H5Dget_type(dataset.identifier.raw), .datatype, "read the type", path)
      return try unsafe context.readStrings(1, of: type, path) { memory, bytes in
        unsafe H5Dread(
          dataset.identifier.raw, memory, chdf5_all(), chdf5_all(), chdf5_default(), bytes)
      }[0]
    }
  }
}

extension HDF5File {
  /// Strings that are read at once: each of variable length takes memory of the library's.
  private static let stringBlock = 1 << 16

  /// Reads a list of strings, `[N]` or `[N, 1]`, as `readString` reads one.
  ///
  /// - Parameter rows: Which of them; nil for all.
  /// - Throws: As `readString`; `.wrongShape` for rows that are not there.
  public func readStrings(_ path: String, rows: Range<Int>? = nil) throws(HDF5Error) -> [String] {
    try withFile { (file) throws(HDF5Error) -> [String] in
      let dataset = try context.openDataset(path, in: file)
      let info = dataset.info
      guard info.elementType == .string else { throw context.wrongType("strings", info) }
      guard info.shape.count == 1 || (info.shape.count == 2 && info.shape[1] == 1) else {
        throw context.wrongShape("a list of strings", "shape \(info.shape)", info.path)
      }
      let type = try context.adopt(
        H5Dget_type(dataset.identifier.raw), .datatype, "read the type", path)
      let wanted = rows ?? 0..<info.elementCount
      var strings: [String] = []
      while strings.count < wanted.count {
        let first = wanted.lowerBound + strings.count
        let rows = first..<min(first + Self.stringBlock, wanted.upperBound)
        let selection = try context.selectRows(rows, of: dataset, valueCount: rows.count)
        strings += try unsafe context.readStrings(rows.count, of: type, path) { memory, bytes in
          unsafe H5Dread(
            dataset.identifier.raw, memory, selection.memory.raw, selection.file.raw,
            chdf5_default(), bytes)
        }
      }
      return strings
    }
  }
}

/// Which elements of a dataset a transfer touches, and how they lie in memory.
struct RowSelection: ~Copyable {
  let file: Identifier
  let memory: Identifier
}

extension ErrorContext {
  /// Selects whole rows of the leading axis; memory holds them one after another.
  func selectRows(
    _ rows: Range<Int>, of dataset: borrowing OpenDataset, valueCount: Int
  ) throws(HDF5Error) -> RowSelection {
    try selectRows(rows, of: dataset.identifier.raw, dataset.info, valueCount: valueCount)
  }

  /// Selects whole rows of an open dataset that `info` describes.
  func selectRows(
    _ rows: Range<Int>, of dataset: hid_t, _ info: DatasetInfo, valueCount: Int
  ) throws(HDF5Error) -> RowSelection {
    let (shape, path) = (info.shape, info.path)
    guard let rowCount = shape.first, rows.lowerBound >= 0, rows.upperBound <= rowCount else {
      throw wrongShape("rows \(rows)", "shape \(shape)", path)
    }
    let rowSize = shape.dropFirst().reduce(1, *)
    guard valueCount == rows.count * rowSize else {
      throw wrongShape(
        "\(rows.count) rows of \(rowSize) elements", "room for \(valueCount) elements", path)
    }
    let space = try adopt(
      H5Dget_space(dataset), .dataspace, "read the shape", path)
    // Of the dataset's rank: a flat buffer would be copied element by element, ten times slower.
    let extent = [hsize_t(rows.count)] + shape.dropFirst().map { hsize_t($0) }
    let memory = try adopt(
      unsafe H5Screate_simple(Int32(extent.count), extent, nil), .dataspace, "select rows", path)
    guard valueCount > 0 else { return RowSelection(file: space, memory: memory) }
    let start = [hsize_t(rows.lowerBound)] + [hsize_t](repeating: 0, count: shape.count - 1)
    try check(
      unsafe H5Sselect_hyperslab(space.raw, H5S_SELECT_SET, start, nil, extent, nil),
      "select rows", path)
    return RowSelection(file: space, memory: memory)
  }

  func requireType<T: HDF5Element>(_: T.Type, of info: DatasetInfo) throws(HDF5Error) {
    guard T.holds(info.elementType) else { throw wrongType("\(T.elementType)", info) }
  }

  /// Throws where elements of uint64 that were read into memory of int64 do not fit it.
  ///
  /// - Parameter row: The row of the first value.
  func requireHeld<T: HDF5Element>(
    _ values: Span<T>, from row: Int, of info: DatasetInfo
  ) throws(HDF5Error) {
    guard info.elementType == .uint64 else { return }
    for index in values.indices {
      guard let value = values[index] as? Int64, value < 0 else { continue }
      let rowSize = max(1, info.shape.dropFirst().reduce(1, *))
      throw error(
        .wrongType, info.path, expected: "integers of at most 63 bits",
        found: "\(UInt64(bitPattern: value)) in row \(row + index / rowSize)",
        remedy: "Correct it, or convert the dataset, for example with numpy's astype('float64').")
    }
  }

  func wrongType(_ expected: String, _ info: DatasetInfo) -> HDF5Error {
    error(
      .wrongType, info.path, expected: expected, found: "\(info.elementType)",
      remedy: "Write the dataset again with the expected type.")
  }

  func wrongShape(_ expected: String, _ found: String, _ path: String) -> HDF5Error {
    error(
      .wrongShape, path, expected: expected, found: found,
      remedy: "Check that this is the right dataset.")
  }
}

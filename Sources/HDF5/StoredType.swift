internal import CHDF5

/// How elements of a dataset are stored: for whoever moves them without looking at them, from one file to another.
///
/// Safety: nothing changes after `init`; libhdf5 is called under its lock alone.
@safe public final class StoredType: @unchecked Sendable {
  /// Bytes of an element; of a text of variable length those of the library's note where it is.
  public let byteCount: Int
  /// Whether its bytes are all of an element, as they are not of texts of variable length or references.
  public let isWhole: Bool
  let raw: hid_t

  private init(_ made: (raw: hid_t, byteCount: Int, isWhole: Bool)) {
    (raw, byteCount, isWhole) = made
  }

  /// That of a dataset.
  ///
  /// - Throws: As `HDF5File.info`.
  public convenience init(of path: String, in file: HDF5File) throws(HDF5Error) {
    self.init(
      try file.withFile { (handle) throws(HDF5Error) in
        let dataset = try file.context.openDataset(path, in: handle)
        let stored = try file.context.adopt(
          H5Dget_type(dataset.identifier.raw), .datatype, "read the type", path)
        // A copy, because a type that has a name belongs to its file.
        let type = try file.context.adopt(
          H5Tcopy(stored.raw), .datatype, "read the type", path)
        return Self.described(type)
      })
  }

  /// That of numbers, little-endian, or of texts of variable length.
  ///
  /// - Throws: `.wrongType` for what is neither.
  public convenience init(_ element: ElementType) throws(HDF5Error) {
    let context = ErrorContext(file: "")
    self.init(
      try locked { () throws(HDF5Error) in
        if element == .string {
          return Self.described(try context.stringType(size: nil, H5T_CSET_UTF8, ""))
        }
        let known: hid_t? =
          switch element {
          case .uint8: chdf5_stored_uint8()
          case .int8: chdf5_stored_int8()
          case .uint16: chdf5_stored_uint16()
          case .int16: chdf5_stored_int16()
          case .uint32: chdf5_stored_uint32()
          case .int32: chdf5_stored_int32()
          case .uint64: chdf5_stored_uint64()
          case .int64: chdf5_stored_int64()
          case .float16, .float32: chdf5_stored_float()
          case .float64: chdf5_stored_double()
          default: nil
          }
        guard let known else {
          throw context.error(
            .wrongType, "", expected: "numbers or texts", found: "\(element)",
            remedy: "Choose another type.")
        }
        let type = try context.adopt(H5Tcopy(known), .datatype, "make a type", "")
        if element == .float16 { try context.check(chdf5_make_half(type.raw), "make a type", "") }
        return Self.described(type)
      })
  }

  deinit {
    // It was only used; a failure has nothing to tell.
    _ = try? locked { () throws(HDF5Error) in _ = H5Tclose(raw) }
  }

  private static func described(
    _ type: consuming Identifier
  ) -> (raw: hid_t, byteCount: Int, isWhole: Bool) {
    let isWhole =
      switch H5Tget_class(type.raw) {
      case H5T_INTEGER, H5T_FLOAT, H5T_ENUM, H5T_BITFIELD, H5T_OPAQUE: true
      case H5T_STRING: H5Tis_variable_str(type.raw) == 0
      case H5T_COMPOUND, H5T_ARRAY:
        [H5T_STRING, H5T_VLEN, H5T_REFERENCE].allSatisfy { H5Tdetect_class(type.raw, $0) == 0 }
      default: false
      }
    let size = H5Tget_size(type.raw)
    return (type.detached(), size, isWhole)
  }
}

extension DatasetRows {
  /// Reads rows as the bytes that stand for them.
  ///
  /// - Parameter type: That of the dataset.
  /// - Throws: As `HDF5File.readRows`; `.refused` where bytes are not all of an element.
  public func readBytes(_ rows: Range<Int>, of type: StoredType) throws(HDF5Error) -> [UInt8] {
    guard type.isWhole else { throw context.hasParts(info) }
    // What can be unpacked outside the library is, which also refuses damage.
    switch isUnpackedHere ? info.elementType : .other("") {
    case .uint8: return try bytes(rows, UInt8.self)
    case .int32: return try bytes(rows, Int32.self)
    case .int64: return try bytes(rows, Int64.self)
    case .float32: return try bytes(rows, Float.self)
    case .float64: return try bytes(rows, Double.self)
    default: break
    }
    return try file.withFile { (handle) throws(HDF5Error) in
      let dataset = try context.openDataset(info.path, in: handle)
      let count = rows.count * dataset.info.shape.dropFirst().reduce(1, *)
      let selection = try context.selectRows(rows, of: dataset, valueCount: count)
      var bytes = [UInt8](repeating: 0, count: count * type.byteCount)
      if bytes.isEmpty { return bytes }
      try unsafe context.check(
        H5Dread(
          dataset.identifier.raw, type.raw, selection.memory.raw, selection.file.raw,
          chdf5_default(), &bytes),
        "read rows \(rows)", info.path)
      return bytes
    }
  }

  private func bytes<T: HDF5Element & ExpressibleByIntegerLiteral>(
    _ rows: Range<Int>, _: T.Type
  ) throws(HDF5Error) -> [UInt8] {
    var values = [T](repeating: 0, count: rows.count * info.shape.dropFirst().reduce(1, *))
    var span = values.mutableSpan
    try read(rows, into: &span)
    return unsafe values.withUnsafeBytes { unsafe Array($0) }
  }
}

extension HDF5File {
  /// Creates a dataset without a row of elements of any type, as the other function of this name; what is not whole is
  /// neither packed nor has checksums, because the library keeps it elsewhere.
  public func createGrowingDataset(
    _ path: String, rowShape: [Int], of type: StoredType, chunks: ChunkSize = .usual,
    deflate: Int? = nil
  ) throws(HDF5Error) {
    try withFile { (file) throws(HDF5Error) in
      try context.createGrowing(
        path, rowShape, type.raw, type.byteCount, chunks, type.isWhole ? deflate : nil,
        isChecked: type.isWhole, in: file)
    }
  }

  /// Writes rows behind those that a growing dataset has.
  ///
  /// - Parameters:
  ///   - bytes: Of whole rows, as `DatasetRows.readBytes` gives them.
  ///   - type: The dataset's type, which it was created with.
  /// - Throws: `.wrongShape` or `.inputOutput`.
  public func append(
    _ path: String, bytes: some Collection<UInt8>, of type: StoredType
  ) throws(HDF5Error) {
    let bytes = Array(bytes)
    guard type.isWhole, bytes.count % type.byteCount == 0 else {
      throw context.wrongShape(
        "whole elements of \(type.byteCount) bytes", "\(bytes.count) bytes", path)
    }
    try withFile { (file) throws(HDF5Error) in
      try unsafe context.append(
        path, bytes, bytes.count / type.byteCount, type.raw, nil, in: file)
    }
  }

  /// Writes texts behind those that a growing dataset of texts has.
  ///
  /// - Throws: `.wrongType` for a text with a NUL in it; `.inputOutput`.
  public func append(_ path: String, texts: [String]) throws(HDF5Error) {
    try withFile { (file) throws(HDF5Error) in
      let type = try context.stringType(size: nil, H5T_CSET_UTF8, path)
      try unsafe context.withPointers(to: texts, path) { (pointers) throws(HDF5Error) in
        try unsafe context.append(path, pointers, texts.count, type.raw, .string, in: file)
      }
    }
  }

  /// Writes a dataset of one element, or of none, of any type.
  ///
  /// - Parameter bytes: As `DatasetRows.readBytes` gives them.
  /// - Throws: `.alreadyExists`, `.wrongShape` or `.inputOutput`.
  public func write(
    _ path: String, shape: [Int], bytes: [UInt8], of type: StoredType
  ) throws(HDF5Error) {
    try withFile { (file) throws(HDF5Error) in
      guard bytes.count == shape.reduce(type.byteCount, *) else {
        throw context.wrongShape("shape \(shape)", "\(bytes.count) bytes", path)
      }
      let dataset = try context.create(
        path, shape, stored: type.raw, elementSize: type.byteCount, nil, in: file)
      if !bytes.isEmpty {
        try context.check(
          unsafe H5Dwrite(
            dataset.raw, type.raw, chdf5_all(), chdf5_all(), chdf5_default(), bytes),
          "write the dataset", path)
      }
      try context.check(dataset.close(), "write the dataset", path)
    }
  }

  /// Reads the one element of a scalar as its bytes.
  ///
  /// - Throws: As `info`; `.refused` where bytes are not all of it.
  public func readScalar(_ path: String, of type: StoredType) throws(HDF5Error) -> [UInt8] {
    try withFile { (file) throws(HDF5Error) in
      let dataset = try context.openDataset(path, in: file)
      guard type.isWhole else { throw context.hasParts(dataset.info) }
      guard dataset.info.shape.isEmpty else {
        throw context.wrongShape("a scalar", "shape \(dataset.info.shape)", path)
      }
      var bytes = [UInt8](repeating: 0, count: type.byteCount)
      try context.check(
        unsafe H5Dread(
          dataset.identifier.raw, type.raw, chdf5_all(), chdf5_all(), chdf5_default(), &bytes),
        "read the dataset", path)
      return bytes
    }
  }
}

extension ErrorContext {
  fileprivate func hasParts(_ info: DatasetInfo) -> HDF5Error {
    refusal(
      info.path,
      found: "elements of type \(info.elementType), parts of which lie elsewhere in the file",
      "Leave it out, or write it again as numbers or texts.")
  }
}

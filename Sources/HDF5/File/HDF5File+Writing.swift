internal import CHDF5

extension HDF5File {
  /// Writes a dataset, in chunks of about 1 MiB with Fletcher-32 checksums.
  ///
  /// A scalar or an empty dataset lies in its header, which has a checksum of its own. Groups on
  /// the way are created.
  /// - Parameters:
  ///   - shape: Extents, slowest axis first; empty for a scalar.
  ///   - values: Row-major, as many as `shape` says.
  ///   - deflate: gzip level 0...9, or `nil` for none.
  /// - Throws: `.alreadyExists`, `.wrongShape`, or `.inputOutput`, a full disk among others.
  public func write<T: HDF5Element>(
    _ path: String, shape: [Int], values: Span<T>, deflate: Int? = nil
  ) throws(HDF5Error) {
    try unsafe values.withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
      try withFile { (file) throws(HDF5Error) in
        guard try context.elementCount(shape, path) == buffer.count else {
          throw context.wrongShape("shape \(shape)", "\(buffer.count) values", path)
        }
        let dataset = try context.create(path, shape, of: T.self, deflate, in: file)
        if !buffer.isEmpty {
          try unsafe context.check(
            H5Dwrite(
              dataset.raw, T.nativeType, chdf5_all(), chdf5_all(), chdf5_default(),
              buffer.baseAddress),
            "write the dataset", path)
        }
        try context.check(dataset.close(), "write the dataset's last chunks", path)
      }
    }
  }

  /// Creates a dataset to be filled by `writeRows`; what is never written reads as zero.
  ///
  /// Parameters and errors as in `write`.
  public func createDataset<T: HDF5Element>(
    _ path: String, shape: [Int], of type: T.Type, deflate: Int? = nil
  ) throws(HDF5Error) {
    try withFile { (file) throws(HDF5Error) in
      _ = try context.elementCount(shape, path)
      let dataset = try context.create(path, shape, of: type, deflate, in: file)
      try context.check(dataset.close(), "create the dataset", path)
    }
  }

  /// Writes rows of the leading axis; fastest in multiples of `DatasetInfo.chunkRows`.
  ///
  /// - Parameter values: Row-major, as many elements as these rows have, of the stored type.
  /// - Throws: `.wrongType`, `.wrongShape`, or `.inputOutput`.
  public func writeRows<T: HDF5Element>(
    _ path: String, rows: Range<Int>, values: Span<T>
  ) throws(HDF5Error) {
    try unsafe values.withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
      try withFile { (file) throws(HDF5Error) in
        let found = try context.find(path, in: file)
        let path = found.path
        let dataset = try context.openToWrite(path, in: file)
        guard dataset.info.elementType == T.elementType else {
          throw context.wrongType("\(T.elementType)", dataset.info)
        }
        let selection = try context.selectRows(rows, of: dataset, valueCount: buffer.count)
        if buffer.isEmpty { return }
        try unsafe context.check(
          H5Dwrite(
            dataset.identifier.raw, T.nativeType, selection.memory.raw, selection.file.raw,
            chdf5_default(), buffer.baseAddress),
          "write rows \(rows)", path)
        try context.check(dataset.close(), "write the dataset's last chunks", path)
      }
    }
  }

  /// Writes a scalar string as UTF-8 of fixed length, which the checksum of its header covers.
  ///
  /// A string beyond 60 KiB lies outside the header, without a checksum.
  /// - Throws: `.alreadyExists`, `.wrongType` for a string with a NUL in it, or `.inputOutput`.
  public func writeString(_ path: String, _ value: String) throws(HDF5Error) {
    try withFile { (file) throws(HDF5Error) in
      let bytes = try context.utf8(value, path)
      let type = try context.stringType(size: max(1, bytes.count), H5T_CSET_UTF8, path)
      let dataset = try context.create(
        path, [], stored: type.raw, elementSize: max(1, bytes.count), nil, in: file)
      // One NUL more, so that there is a byte to pad the empty string with.
      let status = unsafe H5Dwrite(
        dataset.raw, type.raw, chdf5_all(), chdf5_all(), chdf5_default(), bytes + [0])
      try context.check(status, "write the string", path)
      try context.check(dataset.close(), "write the string", path)
    }
  }
}

extension OpenDataset {
  consuming func close() -> herr_t { identifier.close() }

  /// Its identifier, to be closed by the caller.
  consuming func detached() -> hid_t { identifier.detached() }
}

extension ErrorContext {
  /// Opens a dataset that this process created; nothing in it is hostile, and it may be unwritten.
  func openToWrite(_ path: String, in file: OpenFile) throws(HDF5Error) -> OpenDataset {
    let dataset = try adopt(
      unsafe H5Dopen2(file.raw, path, chdf5_default()), .dataset, "open the dataset", path)
    let type = try adopt(H5Dget_type(dataset.raw), .datatype, "read the type", path)
    let space = try adopt(H5Dget_space(dataset.raw), .dataspace, "read the shape", path)
    let info = DatasetInfo(
      path: path, shape: try extents(of: space, path), elementType: elementType(of: type.raw),
      chunkRows: nil)
    return OpenDataset(identifier: dataset, info: info)
  }

  /// The product of `shape`.
  fileprivate func elementCount(_ shape: [Int], _ path: String) throws(HDF5Error) -> Int {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, shape.count <= 32 else {
        throw wrongShape("at most 32 extents, none negative", "shape \(shape)", path)
      }
      count = product
    }
    return count
  }

  fileprivate func create<T: HDF5Element>(
    _ path: String, _ shape: [Int], of type: T.Type, _ deflate: Int?, in file: OpenFile
  ) throws(HDF5Error) -> Identifier {
    try create(
      path, shape, stored: T.storedType, elementSize: MemoryLayout<T>.size, deflate, in: file)
  }

  func create(
    _ path: String, _ shape: [Int], stored type: hid_t, elementSize: Int, _ deflate: Int?,
    in file: OpenFile
  ) throws(HDF5Error) -> Identifier {
    let path = try newPath(path, in: file)
    let space = try adopt(
      shape.isEmpty
        ? H5Screate(H5S_SCALAR)
        : unsafe H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil),
      .dataspace, "make the shape \(shape)", path)
    let creation = try properties(chdf5_dataset_create())
    if shape.isEmpty || shape.contains(0) {
      let layout = elementSize <= 60 << 10 ? H5D_COMPACT : H5D_CONTIGUOUS
      try check(H5Pset_layout(creation.raw, layout), "choose the layout", path)
    } else {
      try chunk(creation, shape, elementSize, deflate, path)
    }
    let links = try linkCreation()
    return try adopt(
      unsafe H5Dcreate2(file.raw, path, type, space.raw, links.raw, creation.raw, chdf5_default()),
      .dataset, "create the dataset", path)
  }

  func chunk(
    _ creation: borrowing Identifier, _ shape: [Int], _ elementSize: Int, _ deflate: Int?,
    _ path: String, _ size: ChunkSize = .usual, isChecked: Bool = true
  ) throws(HDF5Error) {
    let extents = chunkExtents(shape, elementSize: elementSize, size).map { hsize_t($0) }
    try check(
      unsafe H5Pset_chunk(creation.raw, Int32(extents.count), extents), "set the chunks", path)
    if let deflate {
      // Bytes of equal significance side by side compress better.
      if elementSize > 1 { try check(H5Pset_shuffle(creation.raw), "shuffle bytes", path) }
      try check(
        H5Pset_deflate(creation.raw, UInt32(clamping: deflate)), "compress at level \(deflate)",
        path)
    }
    if isChecked { try check(H5Pset_fletcher32(creation.raw), "add checksums", path) }
  }
}

/// How large the chunks of a dataset are made.
public enum ChunkSize: Hashable, Sendable {
  /// At most so many bytes: whole rows, or part of one that is longer.
  case bytes(Int)
  /// So many whole rows.
  case rows(Int)

  /// 1 MiB, which is libhdf5's chunk cache.
  public static let usual = ChunkSize.bytes(1 << 20)
}

/// The extents of a chunk.
package func chunkExtents(_ shape: [Int], elementSize: Int, _ size: ChunkSize = .usual) -> [Int] {
  var extents = shape
  switch size {
  case .rows(let count): extents[0] = max(1, min(extents[0], count))
  case .bytes(let count):
    var room = max(1, count / elementSize)
    for axis in shape.indices.reversed() {
      extents[axis] = min(shape[axis], room)
      room = max(1, room / extents[axis])
    }
  }
  return extents
}

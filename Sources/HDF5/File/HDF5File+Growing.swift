internal import CHDF5

/// Datasets whose number of rows is not known when they are created.
extension HDF5File {
  /// Creates a dataset without a row, which `append` makes longer, with Fletcher-32 checksums.
  ///
  /// - Parameters:
  ///   - rowShape: Extents of a row, none of them zero; empty for a number.
  ///   - chunks: Their size.
  ///   - deflate: gzip level 0...9, or `nil` for none.
  /// - Throws: `.alreadyExists`, `.wrongShape` or `.inputOutput`.
  public func createGrowingDataset<T: HDF5Element>(
    _ path: String, rowShape: [Int], of type: T.Type, chunks: ChunkSize = .usual,
    deflate: Int? = nil
  ) throws(HDF5Error) {
    try withFile { (file) throws(HDF5Error) in
      try context.createGrowing(
        path, rowShape, T.storedType, MemoryLayout<T>.size, chunks, deflate, in: file)
    }
  }

  /// Writes rows behind those that a growing dataset has.
  ///
  /// - Parameter values: Row-major, whole rows of the stored type; fastest where they fill whole chunks.
  /// - Throws: `.wrongType`, `.wrongShape` or `.inputOutput`.
  public func append<T: HDF5Element>(_ path: String, _ values: Span<T>) throws(HDF5Error) {
    try unsafe values.withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
      try withFile { (file) throws(HDF5Error) in
        try unsafe context.append(
          path, UnsafeRawPointer(buffer.baseAddress), buffer.count, T.nativeType, T.elementType,
          in: file)
      }
    }
  }
}

extension ErrorContext {
  /// - Parameter isChecked: Whether chunks have checksums.
  func createGrowing(
    _ path: String, _ rowShape: [Int], _ stored: hid_t, _ elementSize: Int, _ chunks: ChunkSize,
    _ deflate: Int?, isChecked: Bool = true, in file: OpenFile
  ) throws(HDF5Error) {
    let path = try newPath(path, in: file)
    guard rowShape.count < 32, rowShape.allSatisfy({ $0 > 0 }) else {
      throw wrongShape("at most 31 extents above 0", "rows of shape \(rowShape)", path)
    }
    let first = [hsize_t(0)] + rowShape.map { hsize_t($0) }
    let last = [chdf5_unlimited()] + rowShape.map { hsize_t($0) }
    let space = try adopt(
      unsafe H5Screate_simple(Int32(first.count), first, last), .dataspace, "make the shape", path)
    let creation = try properties(chdf5_dataset_create())
    let links = try linkCreation()
    try chunk(
      creation, [1 << 20] + rowShape, elementSize, deflate, path, chunks, isChecked: isChecked)
    let dataset = try adopt(
      unsafe H5Dcreate2(
        file.raw, path, stored, space.raw, links.raw, creation.raw, chdf5_default()),
      .dataset, "create the dataset", path)
    try check(dataset.close(), "create the dataset", path)
  }

  /// - Parameters:
  ///   - memory: The library's type of the values.
  ///   - required: What the dataset's elements must be; nil where the caller knows.
  func append(
    _ path: String, _ values: UnsafeRawPointer?, _ count: Int, _ memory: hid_t,
    _ required: ElementType?, in file: OpenFile
  ) throws(HDF5Error) {
    let found = try find(path, in: file)
    let dataset = try openToWrite(found.path, in: file)
    var info = dataset.info
    if let required, info.elementType != required { throw wrongType("\(required)", info) }
    let size = info.shape.dropFirst().reduce(1, *)
    guard !info.shape.isEmpty, count % size == 0 else {
      throw wrongShape("whole rows of \(size) elements", "\(count)", info.path)
    }
    if count == 0 { return }
    let rows = info.shape[0]..<info.shape[0] + count / size
    info.shape[0] = rows.upperBound
    try check(
      unsafe H5Dset_extent(dataset.identifier.raw, info.shape.map { hsize_t($0) }),
      "make the dataset longer", info.path)
    let selection = try selectRows(rows, of: dataset.identifier.raw, info, valueCount: count)
    try unsafe check(
      H5Dwrite(
        dataset.identifier.raw, memory, selection.memory.raw, selection.file.raw, chdf5_default(),
        values),
      "write rows \(rows)", info.path)
    try check(dataset.close(), "write the dataset's last chunks", info.path)
  }
}

extension HDF5File {
  /// Writes a list of texts `[N]`, of variable length, without a checksum: the library keeps them elsewhere.
  ///
  /// - Throws: `.alreadyExists`; `.wrongType` for a text with a NUL in it; `.inputOutput`.
  public func writeStrings(_ path: String, _ values: [String]) throws(HDF5Error) {
    try withFile { (file) throws(HDF5Error) in
      let path = try context.newPath(path, in: file)
      let type = try context.stringType(size: nil, H5T_CSET_UTF8, path)
      let space = try context.adopt(
        unsafe H5Screate_simple(1, [hsize_t(values.count)], nil), .dataspace, "make the shape", path
      )
      let creation = try context.properties(chdf5_dataset_create())
      let links = try context.linkCreation()
      let dataset = try context.adopt(
        unsafe H5Dcreate2(
          file.raw, path, type.raw, space.raw, links.raw, creation.raw, chdf5_default()),
        .dataset, "create the dataset", path)
      if !values.isEmpty {
        try unsafe context.withPointers(to: values, path) { (pointers) throws(HDF5Error) in
          let status = unsafe H5Dwrite(
            dataset.raw, type.raw, chdf5_all(), chdf5_all(), chdf5_default(), pointers)
          try context.check(status, "write the texts", path)
        }
      }
      try context.check(dataset.close(), "write the texts", path)
    }
  }
}

internal import CHDF5

/// A dataset that stays open, so that several threads read its rows side by side.
///
/// Chunks that are packed in a usual way (`ChunkCoding`) are unpacked outside the one lock around
/// libhdf5. Everything else, and what proves damaged, libhdf5 reads, and its verdict counts.
///
/// Safety: nothing changes after `init`; libhdf5 is called under its lock alone.
@safe public final class DatasetRows: @unchecked Sendable {
  /// What the file says about the dataset.
  public let info: DatasetInfo
  private let context: ErrorContext
  private let file: HDF5File  // Open as long as the dataset is.
  private let dataset: hid_t
  private let coding: ChunkCoding?

  /// Opens a dataset.
  ///
  /// - Throws: As `HDF5File.info`.
  public init(_ path: String, of file: HDF5File) throws(HDF5Error) {
    self.file = file
    context = file.context
    let opened = try file.withFile { (handle) throws(HDF5Error) -> Opened in
      let dataset = try file.context.openDataset(path, in: handle)
      let (info, coding) = (dataset.info, ChunkCoding(dataset))
      return Opened(info: info, coding: coding, raw: dataset.detached())
    }
    (info, coding, dataset) = (opened.info, opened.coding, opened.raw)
  }

  private struct Opened {
    let info: DatasetInfo
    let coding: ChunkCoding?
    let raw: hid_t
  }

  deinit {
    // It was only read; a failure has nothing to tell.
    _ = try? locked { () throws(HDF5Error) in _ = H5Dclose(dataset) }
  }

  /// Reads the rows `rows` of the leading axis, row-major; several threads may do so at once.
  ///
  /// - Parameter values: Overwritten; as many elements as these rows have.
  /// - Throws: As `HDF5File.readRows`.
  public func read<T: HDF5Element>(
    _ rows: Range<Int>, into values: inout MutableSpan<T>
  ) throws(HDF5Error) {
    try context.requireType(T.self, of: info)
    try unsafe values.withUnsafeMutableBufferPointer { (buffer) throws(HDF5Error) in
      guard let coding, T.elementType == info.elementType, rows.lowerBound >= 0,
        buffer.count == rows.count * rowSize
      else { return try unsafe transfer(rows, into: buffer) }
      var first = rows.lowerBound
      while first < rows.upperBound {
        let end = min(rows.upperBound, (first / coding.rowCount + 1) * coding.rowCount)
        let start = (first - rows.lowerBound) * rowSize
        let part = unsafe UnsafeMutableBufferPointer(
          rebasing: buffer[start..<start + (end - first) * rowSize])
        // The last chunk may be stored in full or without filters: libhdf5 knows.
        let isWhole = end - first == coding.rowCount
        let isRead = unsafe isWhole && unpackChunk(at: first, into: part)
        if !isRead { try unsafe transfer(first..<end, into: part) }
        first = end
      }
    }
  }

  private var rowSize: Int { info.shape.dropFirst().reduce(1, *) }

  /// Fetches the chunk that begins at a row and unpacks it; false for one that is not there, packed
  /// in another way or damaged.
  ///
  /// - Parameter values: The whole chunk, in the stored type.
  @unsafe package func unpackChunk<T: HDF5Element>(
    at row: Int, into values: UnsafeMutableBufferPointer<T>
  ) -> Bool {
    guard let coding else { return false }
    let offset = [hsize_t(row)] + [hsize_t](repeating: 0, count: info.shape.count - 1)
    let packed = try? locked { () throws(HDF5Error) -> [UInt8]? in
      var (size, filters): (hsize_t, UInt32) = (0, 0)
      guard unsafe H5Dget_chunk_storage_size(dataset, offset, &size) >= 0, size > 0,
        size <= hsize_t(coding.largestPackedCount)
      else { return nil }
      var bytes = [UInt8](repeating: 0, count: Int(size))
      let status = unsafe H5Dread_chunk(dataset, chdf5_default(), offset, &filters, &bytes)
      return status >= 0 && filters == 0 ? bytes : nil
    }
    guard let packed else { return false }
    return unsafe coding.unpack(packed, into: UnsafeMutableRawBufferPointer(values))
  }

  /// Has libhdf5 read rows.
  private func transfer<T: HDF5Element>(
    _ rows: Range<Int>, into values: UnsafeMutableBufferPointer<T>
  ) throws(HDF5Error) {
    try locked { () throws(HDF5Error) in
      let selection = try context.selectRows(
        rows, of: dataset, info, valueCount: values.count)
      if values.isEmpty { return }
      try unsafe context.check(
        H5Dread(
          dataset, T.nativeType, selection.memory.raw, selection.file.raw, chdf5_default(),
          values.baseAddress),
        "read rows \(rows)", info.path)
    }
  }
}

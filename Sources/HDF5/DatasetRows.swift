internal import CHDF5

/// A dataset that stays open, so that several threads read its rows side by side.
///
/// Chunks that are packed in a usual way (`ChunkCoding`) are unpacked outside the one lock around
/// libhdf5, and refused where they are damaged. Everything else libhdf5 reads.
///
/// Safety: nothing changes after `init`; libhdf5 is called under its lock alone.
@safe public final class DatasetRows: @unchecked Sendable {
  /// What the file says about the dataset.
  public let info: DatasetInfo
  let context: ErrorContext
  let file: HDF5File  // Open as long as the dataset is.
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
        rows.upperBound <= info.shape.first ?? 0,
        buffer.count == rows.count * rowSize
      else { return try unsafe transfer(rows, into: buffer) }
      var first = rows.lowerBound
      while first < rows.upperBound {
        let end = min(rows.upperBound, (first / coding.rowCount + 1) * coding.rowCount)
        let start = (first - rows.lowerBound) * rowSize
        let part = unsafe UnsafeMutableBufferPointer(
          rebasing: buffer[start..<start + (end - first) * rowSize])
        try unsafe read(first..<end, coding, into: part)
        first = end
      }
    }
  }

  /// Reads rows that lie in one chunk.
  ///
  /// A chunk that does not unpack to its size is refused and not given to libhdf5, which would take
  /// any amount of memory for one that is larger and read past the end of one that is smaller.
  private func read<T: HDF5Element>(
    _ rows: Range<Int>, _ coding: ChunkCoding, into part: UnsafeMutableBufferPointer<T>
  ) throws(HDF5Error) {
    let start = rows.lowerBound / coding.rowCount * coding.rowCount
    let isUnpacked: Bool
    switch fetchChunk(at: start, coding) {
    case .absent: return try unsafe transfer(rows, into: part)
    case .implausible: isUnpacked = false
    case .packed(let bytes, let skipped) where rows.count == coding.rowCount:
      isUnpacked = unsafe coding.unpack(
        bytes, skipped: skipped, into: UnsafeMutableRawBufferPointer(part))
    case .packed(let bytes, let skipped):
      // Chunks at the end are stored whole.
      var whole = [UInt8](repeating: 0, count: coding.byteCount)
      isUnpacked = unsafe whole.withUnsafeMutableBytes { whole in
        guard unsafe coding.unpack(bytes, skipped: skipped, into: whole) else { return false }
        let first = (rows.lowerBound - start) * rowSize * MemoryLayout<T>.stride
        let target = UnsafeMutableRawBufferPointer(part)
        unsafe target.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: whole[first..<first + target.count]))
        return true
      }
    }
    guard isUnpacked else {
      throw context.error(
        .inputOutput, info.path, expected: "rows \(rows) of \(coding.byteCount) bytes in a chunk",
        found: "a damaged chunk",
        remedy: "The file is damaged or not to be trusted: write it again.")
    }
  }

  /// Whether chunks are unpacked here, and not by libhdf5.
  package var isUnpackedHere: Bool { coding != nil }

  private var rowSize: Int { info.shape.dropFirst().reduce(1, *) }

  /// A chunk as it is stored.
  private enum StoredChunk {
    /// Never written: its values are the fill value.
    case absent
    /// More bytes than packing can make of a chunk, or none that can be read.
    case implausible
    case packed([UInt8], skipped: UInt32)
  }

  private func fetchChunk(at row: Int, _ coding: ChunkCoding) -> StoredChunk {
    let offset = [hsize_t(row)] + [hsize_t](repeating: 0, count: info.shape.count - 1)
    let chunk = try? locked { () throws(HDF5Error) -> StoredChunk in
      var (size, skipped): (hsize_t, UInt32) = (0, 0)
      guard unsafe H5Dget_chunk_storage_size(dataset, offset, &size) >= 0 else {
        return .absent  // Version 1.10 says so by a failure; another one it meets again below.
      }
      guard size > 0 else { return .absent }
      guard size <= hsize_t(coding.largestPackedCount) else { return .implausible }
      var bytes = [UInt8](repeating: 0, count: Int(size))
      let status = unsafe H5Dread_chunk(dataset, chdf5_default(), offset, &skipped, &bytes)
      return status >= 0 ? .packed(bytes, skipped: skipped) : .implausible
    }
    return chunk ?? .implausible
  }

  /// Fetches the chunk that begins at a row and unpacks it; false for one that is not there, packed
  /// in another way or damaged.
  ///
  /// - Parameter values: The whole chunk, in the stored type.
  @unsafe package func unpackChunk<T: HDF5Element>(
    at row: Int, into values: UnsafeMutableBufferPointer<T>
  ) -> Bool {
    guard let coding, case .packed(let bytes, let skipped) = fetchChunk(at: row, coding) else {
      return false
    }
    return unsafe coding.unpack(
      bytes, skipped: skipped, into: UnsafeMutableRawBufferPointer(values))
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
          dataset, T.memoryType(for: info.elementType), selection.memory.raw, selection.file.raw,
          chdf5_default(), values.baseAddress),
        "read rows \(rows)", info.path)
      try unsafe context.requireHeld(values.span, from: rows.lowerBound, of: info)
    }
  }
}

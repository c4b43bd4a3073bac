internal import CHDF5

/// Chunks of a dataset that its file does not hold: libhdf5 reads them as the fill value.
///
/// Nobody wrote them, or damage to the index lost them; the file looks the same either way.
public struct MissingChunks: Hashable, Sendable {
  /// How many are not there; at least 1.
  public var count: Int
  /// How many the dataset's shape asks for.
  public var total: Int
}

extension HDF5File {
  /// Counts the chunks of a dataset that are not there; nil where all are, or where it has none.
  ///
  /// - Throws: As `info`; `.inputOutput` where the index of chunks is damaged.
  /// - Complexity: the index is walked once, and where it is full each of up to 2^20 chunks looked up;
  ///   some 5 µs per chunk, and no chunk is read.
  public func missingChunks(of path: String) throws(HDF5Error) -> MissingChunks? {
    try withFile { (file) throws(HDF5Error) in
      let dataset = try context.openDataset(path, in: file)
      return try context.missingChunks(of: dataset)
    }
  }
}

/// Beyond so many chunks none is looked up: it would take longer than a few seconds.
private let mostLookups = 1 << 20

extension ErrorContext {
  fileprivate func missingChunks(
    of dataset: borrowing OpenDataset
  ) throws(HDF5Error) -> MissingChunks? {
    let (info, raw) = (dataset.info, dataset.identifier.raw)
    guard info.chunkRows != nil, info.elementCount > 0 else { return nil }
    let creation = try adopt(H5Dget_create_plist(raw), .propertyList, "read the chunks", info.path)
    var extents = [hsize_t](repeating: 1, count: info.shape.count)
    try check(
      unsafe H5Pget_chunk(creation.raw, Int32(extents.count), &extents), "read the chunks",
      info.path)
    let counts = zip(info.shape, extents).map { ($0 - 1) / Int(clamping: $1) + 1 }
    let total = counts.reduce(1, *)
    let space = try adopt(H5Dget_space(raw), .dataspace, "read the shape", info.path)
    var stored: hsize_t = 0
    try check(unsafe H5Dget_num_chunks(raw, space.raw, &stored), "count the chunks", info.path)
    if stored < hsize_t(total) {
      return MissingChunks(count: total - Int(clamping: stored), total: total)
    }
    // A damaged index may hold as many, but say of some that they lie elsewhere.
    guard total <= mostLookups else { return nil }
    var absent = 0
    var offset = extents
    for index in 0..<total {
      var rest = index
      for axis in counts.indices.reversed() {
        offset[axis] = hsize_t(rest % counts[axis]) * extents[axis]
        rest /= counts[axis]
      }
      var size: hsize_t = 0
      // Version 1.10 says by a failure that there is no such chunk.
      if unsafe H5Dget_chunk_storage_size(raw, offset, &size) < 0 || size == 0 { absent += 1 }
    }
    return absent == 0 ? nil : MissingChunks(count: absent, total: total)
  }
}

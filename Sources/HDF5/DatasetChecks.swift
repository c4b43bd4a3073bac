internal import CHDF5

/// A dataset that was opened and found fit to read.
struct OpenDataset: ~Copyable {
  let identifier: Identifier
  let info: DatasetInfo
}

/// More elements than any data set of this program's kind: 2^40.
private let largestElementCount = 1 << 40

/// Deflate cannot shrink data further than 1032 times; a declared size beyond this is not real.
private let largestCompression: UInt64 = 1100

/// A chunk's extent along the leading axis, and all its elements.
private struct ChunkExtent {
  var rows: Int
  var elements: Int
}

/// The most elements of a chunk: unpacking takes memory for a few chunks beside the data.
private let largestChunk = 1 << 28

extension ErrorContext {
  /// Opens the dataset at `path` and refuses what a hostile or broken file might declare.
  func openDataset(_ path: String, in file: OpenFile) throws(HDF5Error) -> OpenDataset {
    let found = try find(path, in: file)
    let path = found.path
    guard H5Iget_type(found.identifier.raw) == H5I_DATASET else {
      throw error(
        .wrongKind, path, expected: "a dataset", found: "a group or type",
        remedy: "Name a dataset inside it.")
    }
    // The same object a second time, as the kind whose closing reports lost data.
    let dataset = try adopt(
      unsafe H5Dopen2(found.identifier.raw, ".", chdf5_default()), .dataset, "open the dataset",
      path)
    let type = try adopt(H5Dget_type(dataset.raw), .datatype, "read the type", path)
    let shape = try shape(of: dataset, path)
    let byteCount = try plausibleSize(shape, elementSize: H5Tget_size(type.raw), path)
    let creation = try adopt(
      H5Dget_create_plist(dataset.raw), .propertyList, "read the layout", path)
    let filters = try checkFilters(creation, path)
    let chunk = try checkLayout(creation, dataset, byteCount, rank: shape.count, path, file)
    let info = DatasetInfo(
      path: path, shape: shape, elementType: elementType(of: type.raw), chunkRows: chunk?.rows,
      chunkElementCount: chunk?.elements ?? 0, filters: filters)
    return OpenDataset(identifier: dataset, info: info)
  }

  private func shape(
    of dataset: borrowing Identifier, _ path: String
  ) throws(HDF5Error) -> [Int] {
    let space = try adopt(H5Dget_space(dataset.raw), .dataspace, "read the shape", path)
    return try extents(of: space, path)
  }

  /// The extents of `space`, each at most `Int.max`.
  func extents(of space: borrowing Identifier, _ path: String) throws(HDF5Error) -> [Int] {
    guard H5Sget_simple_extent_type(space.raw) != H5S_NULL else { return [0] }
    let rank = H5Sget_simple_extent_ndims(space.raw)
    guard rank >= 0 else { throw failure("read the shape", path) }
    var extents = [hsize_t](repeating: 0, count: max(1, Int(rank)))
    guard unsafe H5Sget_simple_extent_dims(space.raw, &extents, nil) == rank else {
      throw failure("read the shape", path)
    }
    return extents.prefix(Int(rank)).map { Int(clamping: $0) }
  }

  /// The bytes that `shape` declares.
  private func plausibleSize(
    _ shape: [Int], elementSize: Int, _ path: String
  ) throws(HDF5Error) -> Int {
    var count = 1
    for extent in shape where !shape.contains(0) {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= largestElementCount else {
        throw refusal(
          path, found: "a declared shape of \(shape)", "The file is damaged or not to be trusted.")
      }
      count = product
    }
    if shape.contains(0) { count = 0 }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: elementSize)
    guard elementSize > 0, !overflow else {
      throw refusal(
        path, found: "elements of \(elementSize) bytes", "The file is damaged.")
    }
    return bytes
  }

  /// The names of the filters, all of which can be undone here.
  private func checkFilters(
    _ creation: borrowing Identifier, _ path: String
  ) throws(HDF5Error) -> [String] {
    var names: [String] = []
    let count = H5Pget_nfilters(creation.raw)
    try check(count, "read the filters", path)
    for index in 0..<UInt32(count) {
      var (flags, valueCount, configuration) = (UInt32(0), 0, UInt32(0))
      var name = [CChar](repeating: 0, count: 64)
      let filter = unsafe H5Pget_filter2(
        creation.raw, index, &flags, &valueCount, nil, name.count, &name, &configuration)
      try check(filter, "read the filters", path)
      let text = String(
        decoding: name.map { UInt8(bitPattern: $0) }.prefix { $0 != 0 }, as: UTF8.self)
      guard H5Zfilter_avail(filter) > 0 else {
        let missing = MissingFilter(filter, name: text)
        throw refusal(path, found: missing.found, missing.remedy)
      }
      names.append(text)
    }
    return names
  }

  /// Refuses data outside the file and sizes beyond its content; returns a chunk's size.
  private func checkLayout(
    _ creation: borrowing Identifier, _ dataset: borrowing Identifier, _ byteCount: Int,
    rank: Int, _ path: String, _ file: OpenFile
  ) throws(HDF5Error) -> ChunkExtent? {
    let externals = H5Pget_external_count(creation.raw)
    try check(externals, "read the layout", path)
    guard externals == 0 else {
      throw refusal(path, found: "data kept in other files", "Copy the data into this file.")
    }
    let layout = H5Pget_layout(creation.raw)
    guard layout == H5D_COMPACT || layout == H5D_CONTIGUOUS || layout == H5D_CHUNKED else {
      throw refusal(
        path, found: "a virtual dataset or an unreadable layout", "Copy the data into this file.")
    }
    guard byteCount > 0, layout != H5D_COMPACT else { return nil }
    var fileSize: hsize_t = 0
    try check(unsafe H5Fget_filesize(file.raw, &fileSize), "read the file's size", path)
    let stored = H5Dget_storage_size(dataset.raw)
    let bound: UInt64
    if layout == H5D_CONTIGUOUS {
      let address = H5Dget_offset(dataset.raw)
      let offset = UInt64(address)
      let isInFile = chdf5_is_undefined(address) == 0 && offset <= fileSize
      bound = isInFile ? min(stored, fileSize - offset) : 0
    } else {
      let (most, overflow) = min(stored, fileSize).multipliedReportingOverflow(
        by: largestCompression)
      bound = overflow ? .max : most
    }
    guard UInt64(byteCount) <= bound else {
      throw refusal(
        path, found: "\(byteCount) bytes declared and \(stored) bytes stored",
        "The file is damaged or was never completed.")
    }
    return layout == H5D_CHUNKED ? try chunkSize(creation, rank, path) : nil
  }

  private func chunkSize(
    _ creation: borrowing Identifier, _ rank: Int, _ path: String
  ) throws(HDF5Error) -> ChunkExtent {
    var extents = [hsize_t](repeating: 0, count: max(1, rank))
    try check(
      unsafe H5Pget_chunk(creation.raw, Int32(extents.count), &extents), "read the chunks", path)
    let elements = extents.reduce(1.0) { $0 * Double($1) }
    guard elements <= Double(largestChunk) else {
      throw refusal(
        path, found: "chunks of \(extents) elements",
        "Write the data again in chunks of at most \(largestChunk >> 20) Mi elements.")
    }
    return ChunkExtent(rows: Int(clamping: extents[0]), elements: Int(elements))
  }
}

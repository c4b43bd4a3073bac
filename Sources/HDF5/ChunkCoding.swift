internal import CHDF5
internal import CZlib

/// How a dataset's chunks are packed, where that is one of the usual ways: byte shuffling, gzip and
/// Fletcher-32, each or none of them, in this order; chunks are whole rows in this machine's types.
///
/// libhdf5 has one lock. Chunks of such a dataset are fetched under it and unpacked outside.
struct ChunkCoding {
  /// Rows of a chunk.
  let rowCount: Int
  /// Bytes of a chunk, unpacked.
  let byteCount: Int
  private let elementSize: Int
  private var isShuffled = false
  private var isDeflated = false
  private var hasChecksum = false
  /// Places of the filters in a chunk's mask of those it did not pass through.
  private var bits = (shuffle: UInt32(0), deflate: UInt32(0), checksum: UInt32(0))

  /// Packed, nothing real is larger: deflate adds at most a few bytes per 16 KiB.
  var largestPackedCount: Int { byteCount + byteCount / 8 + 1024 }

  /// The coding of an open dataset; nil where only libhdf5 can read it.
  init?(_ dataset: borrowing OpenDataset) {
    let shape = dataset.info.shape
    guard dataset.info.chunkRows != nil, shape.count >= 1,
      let creation = Identifier(H5Dget_create_plist(dataset.identifier.raw), .propertyList),
      let stored = Identifier(H5Dget_type(dataset.identifier.raw), .datatype),
      [.uint8, .int32, .int64, .float32, .float64].contains(dataset.info.elementType),
      H5Tget_size(stored.raw) == 1
        || H5Tget_order(stored.raw) == H5Tget_order(chdf5_native_int32())
    else { return nil }
    var extents = [hsize_t](repeating: 0, count: shape.count)
    guard
      unsafe H5Pget_chunk(creation.raw, Int32(extents.count), &extents) == Int32(extents.count),
      extents.dropFirst().elementsEqual(shape.dropFirst().map { hsize_t($0) })
    else { return nil }
    rowCount = Int(clamping: extents[0])
    elementSize = H5Tget_size(stored.raw)
    let sizes = [rowCount, elementSize] + shape.dropFirst()
    var bytes = 1
    for size in sizes {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
      guard size > 0, !overflow, product <= 1 << 31 else { return nil }
      bytes = product
    }
    byteCount = bytes
    guard takeFilters(of: creation) else { return nil }
  }

  /// Notes the filters; false for others than the usual ones, for another order, or for none, where
  /// there is nothing to unpack.
  private mutating func takeFilters(of creation: borrowing Identifier) -> Bool {
    let count = H5Pget_nfilters(creation.raw)
    // With options, chunks at the edge are stored in another way.
    var options: UInt32 = 0
    guard count > 0, unsafe H5Pget_chunk_opts(creation.raw, &options) >= 0, options == 0 else {
      return false
    }
    for index in 0..<UInt32(count) {
      var (flags, valueCount, configuration) = (UInt32(0), 1, UInt32(0))
      var value: UInt32 = 0
      switch unsafe H5Pget_filter2(
        creation.raw, index, &flags, &valueCount, &value, 0, nil, &configuration)
      {
      case H5Z_FILTER_SHUFFLE where !isShuffled && !isDeflated && !hasChecksum:
        guard valueCount >= 1, Int(value) == elementSize else { return false }
        (isShuffled, bits.shuffle) = (true, 1 << index)
      case H5Z_FILTER_DEFLATE where !isDeflated && !hasChecksum:
        (isDeflated, bits.deflate) = (true, 1 << index)
      case H5Z_FILTER_FLETCHER32 where !hasChecksum:
        (hasChecksum, bits.checksum) = (true, 1 << index)
      default: return false
      }
    }
    return true
  }

  /// Unpacks a chunk; false where it is damaged.
  ///
  /// - Parameters:
  ///   - skipped: The mask of filters that this chunk did not pass through.
  ///   - target: `byteCount` bytes, overwritten.
  func unpack(
    _ packed: [UInt8], skipped: UInt32, into target: UnsafeMutableRawBufferPointer
  ) -> Bool {
    precondition(target.count == byteCount, "a chunk of \(byteCount) bytes in \(target.count)")
    var coding = self
    coding.isShuffled = isShuffled && skipped & bits.shuffle == 0
    coding.isDeflated = isDeflated && skipped & bits.deflate == 0
    coding.hasChecksum = hasChecksum && skipped & bits.checksum == 0
    return unsafe coding.unpack(packed, into: target)
  }

  private func unpack(_ packed: [UInt8], into target: UnsafeMutableRawBufferPointer) -> Bool {
    var length = packed.count
    if hasChecksum {
      length -= 4
      guard length >= 0 else { return false }
      let stored = (0..<4).reduce(UInt32(0)) { $0 | UInt32(packed[length + $1]) << (8 * $1) }
      guard fletcher32(packed.span.extracting(..<length)) == stored else { return false }
    }
    guard isShuffled, elementSize > 1 else { return unsafe inflate(packed, length, into: target) }
    var shuffled = [UInt8](repeating: 0, count: byteCount)
    guard
      unsafe shuffled.withUnsafeMutableBytes({ unsafe inflate(packed, length, into: $0) })
    else { return false }
    let count = byteCount / elementSize
    for byte in 0..<elementSize {
      for element in 0..<count {
        unsafe target[element * elementSize + byte] = shuffled[byte * count + element]
      }
    }
    return true
  }

  private func inflate(
    _ packed: [UInt8], _ length: Int, into target: UnsafeMutableRawBufferPointer
  ) -> Bool {
    unsafe packed.withUnsafeBytes { bytes in
      guard isDeflated else {
        guard length == target.count else { return false }
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<length]))
        return true
      }
      return unsafe czlib_inflate(
        bytes.baseAddress, length, hasChecksum ? 1 : 0, target.baseAddress, target.count) != 0
    }
  }
}

/// The checksum that libhdf5 adds to chunks: Fletcher's over 16-bit big-endian words, modulo 65,535.
///
/// - Source: Fletcher, "An arithmetic checksum for serial transmissions", IEEE Trans. Comm. 30 (1982).
func fletcher32(_ bytes: Span<UInt8>) -> UInt32 {
  var (low, high): (UInt64, UInt64) = (0, 0)
  func folded(_ sum: UInt64) -> UInt64 { (sum & 0xFFFF) + (sum >> 16) }
  var index = 0
  while index + 1 < bytes.count {
    // So many words leave the sums far below 2^64.
    let end = min(bytes.count - 1, index + (1 << 16))
    while index < end {
      low += UInt64(bytes[index]) << 8 | UInt64(bytes[index + 1])
      high += low
      index += 2
    }
    (low, high) = (folded(folded(folded(low))), folded(folded(folded(high))))
  }
  if index < bytes.count {
    low += UInt64(bytes[index]) << 8
    high += low
  }
  for _ in 0..<4 { (low, high) = (folded(low), folded(high)) }
  return UInt32(high << 16 | low)
}

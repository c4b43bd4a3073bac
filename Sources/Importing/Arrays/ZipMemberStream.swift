internal import CZlib

/// A member of a zip file, read from its beginning to its end.
@safe final class ZipMemberStream: ByteSource {
  private let archive: ZipArchive
  private let member: ZipArchive.Member
  private let inflater: Inflater?
  private var position: Int
  private let end: Int
  private var left: Int
  private var checksum: UInt = 0

  init(_ archive: ZipArchive, _ member: ZipArchive.Member) throws(ImportError) {
    (self.archive, self.member, left) = (archive, member, member.size)
    if let obstacle = member.obstacle {
      throw ImportError(
        code: .unsupported, file: archive.path, object: member.name,
        expected: "a member that is stored or deflated", found: "one that is \(obstacle)",
        remedy: "Write it with numpy.savez or numpy.savez_compressed.")
    }
    let header = try archive.read(at: member.headerOffset, 30)
    guard header.starts(with: [0x50, 0x4B, 3, 4]) else {
      throw archive.malformed("a member's header", "other bytes", member: member.name)
    }
    position = member.headerOffset + 30 + header[26..<28].little + header[28..<30].little
    guard position <= archive.size, member.packedSize <= archive.size - position,
      member.isDeflated || member.packedSize == member.size
    else {
      throw archive.malformed(
        "\(member.packedSize) bytes", "the end of the file", member: member.name)
    }
    end = position + member.packedSize
    inflater = member.isDeflated ? Inflater() : nil
  }

  var fractionRead: Double { member.size == 0 ? 1 : 1 - Double(left) / Double(member.size) }

  func malformed(_ expected: String, _ found: String) -> ImportError {
    archive.malformed(expected, found, member: member.name)
  }

  func some(_ count: Int) throws(ImportError) -> [UInt8] {
    let wanted = min(count, left, 1 << 20)
    guard wanted > 0 else { return [] }
    let bytes =
      if let inflater { try inflated(inflater, wanted) } else { try stored(wanted) }
    left -= bytes.count
    checksum = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe crc32(checksum, buffer.baseAddress, UInt32(buffer.count))
    }
    guard left > 0 || checksum == UInt(member.checksum) else {
      throw malformed("bytes of the stored checksum", "others: the file is damaged")
    }
    return bytes
  }

  private func stored(_ count: Int) throws(ImportError) -> [UInt8] {
    defer { position += count }
    return try archive.read(at: position, count)
  }

  private func inflated(_ inflater: Inflater, _ count: Int) throws(ImportError) -> [UInt8] {
    while true {
      if inflater.needsInput, position < end {
        inflater.give(try stored(min(1 << 18, end - position)))
      }
      guard let bytes = inflater.take(count) else {
        throw malformed("deflated bytes", "damaged ones")
      }
      if !bytes.isEmpty { return bytes }
      guard position < end, !inflater.isAtEnd else {
        throw malformed("\(left) more bytes", "the end of the member")
      }
    }
  }
}

/// Unpacks a raw deflate stream, some bytes at a time.
@safe private final class Inflater {
  // zlib keeps the address of its stream.
  private let stream: UnsafeMutablePointer<z_stream>
  private var input: [UInt8] = []
  private var consumed = 0
  private(set) var isAtEnd = false

  init() {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let status = unsafe inflateInit2_(
      stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "inflateInit2 gave \(status)")
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  var needsInput: Bool { consumed == input.count }

  func give(_ bytes: [UInt8]) { (input, consumed) = (bytes, 0) }

  /// At most `count` bytes, none where more input is needed; nil for damage.
  func take(_ count: Int) -> [UInt8]? {
    var status = Z_OK
    let output = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, done in
      unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe stream.pointee.next_in = source.baseAddress?.advanced(by: consumed)
        unsafe stream.pointee.avail_in = UInt32(source.count - consumed)
        unsafe stream.pointee.next_out = target.baseAddress
        unsafe stream.pointee.avail_out = UInt32(count)
        status = unsafe inflate(stream, Z_NO_FLUSH)
        consumed = unsafe source.count - Int(stream.pointee.avail_in)
        done = unsafe count - Int(stream.pointee.avail_out)
      }
    }
    isAtEnd = status == Z_STREAM_END
    // Z_BUF_ERROR: no progress without more input.
    return [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(status) ? output : nil
  }
}

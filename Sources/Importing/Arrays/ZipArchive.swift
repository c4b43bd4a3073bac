internal import Glibc

/// A zip file: its members, found by the directory at its end.
///
/// Nothing of it is ever written under a member's name.
/// - Source: PKWARE, "APPNOTE.TXT, .ZIP File Format Specification", 6.3.
@safe final class ZipArchive {
  struct Member {
    var name: String
    var isDeflated: Bool
    var checksum: UInt32
    var packedSize: Int
    var size: Int
    var headerOffset: Int
    /// Why it cannot be read, where that is known.
    var obstacle: String?
  }

  let path: String
  let size: Int
  private(set) var members: [Member] = []
  private let descriptor: Int32

  /// Reads the directory.
  ///
  /// - Throws: `ImportError` for a file that cannot be read or is damaged.
  init(_ path: String) throws(ImportError) {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    let number = errno
    var status = stat()
    let isOpen = unsafe descriptor >= 0 && fstat(descriptor, &status) == 0
    (self.path, size) = (path, Int(status.st_size))
    guard isOpen else {
      throw ImportError(
        code: .inputOutput, file: path, expected: "a readable file",
        found: unsafe String(cString: strerror(number)), remedy: "Check the permissions.")
    }
    members = try readMembers()
  }

  deinit { close(descriptor) }

  /// Bytes anywhere in the file.
  ///
  /// - Throws: `ImportError` where they are not all there.
  func read(at offset: Int, _ count: Int) throws(ImportError) -> [UInt8] {
    guard offset >= 0, count >= 0, count <= size, offset <= size - count else {
      throw malformed("\(count) bytes at byte \(offset)", "a file of \(size)")
    }
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
      done = 0
      while done < count {
        let got = unsafe pread(
          descriptor, buffer.baseAddress?.advanced(by: done), count - done, off_t(offset + done))
        guard got > 0 else { break }
        done += got
      }
    }
    guard bytes.count == count else { throw malformed("\(count) bytes", "\(bytes.count)") }
    return bytes
  }

  func malformed(_ expected: String, _ found: String, member: String = "") -> ImportError {
    ImportError(
      code: .malformed, file: path, object: member, expected: expected, found: found,
      remedy: "Download or write the file again.")
  }
}

extension ZipArchive {
  private func readMembers() throws(ImportError) -> [Member] {
    let (start, length) = try directory()
    let bytes = try read(at: start, length)
    var members: [Member] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      guard rest.count >= 46, rest.starts(with: [0x50, 0x4B, 1, 2]) else {
        throw malformed("a list of members", "other bytes behind \(members.count) of them")
      }
      let at = { (offset: Int, count: Int) in
        rest[rest.startIndex + offset..<rest.startIndex + offset + count].little
      }
      let lengths = [at(28, 2), at(30, 2), at(32, 2)]
      guard rest.count >= 46 + lengths.reduce(0, +) else {
        throw malformed("a whole list of members", "its end in member \(members.count + 1)")
      }
      var member = Member(
        name: String(decoding: rest.dropFirst(46).prefix(lengths[0]), as: UTF8.self),
        isDeflated: at(10, 2) == 8, checksum: UInt32(truncatingIfNeeded: at(16, 4)),
        packedSize: at(20, 4), size: at(24, 4), headerOffset: at(42, 4))
      if at(8, 2) & 1 != 0 { member.obstacle = "encrypted" }
      if ![0, 8].contains(at(10, 2)) { member.obstacle = "packed by method \(at(10, 2))" }
      member.extend(by: rest.dropFirst(46 + lengths[0]).prefix(lengths[1]))
      members.append(member)
      rest = rest.dropFirst(46 + lengths.reduce(0, +))
    }
    return members
  }

  /// Where the list of members lies.
  private func directory() throws(ImportError) -> (start: Int, length: Int) {
    let tailSize = min(size, 22 + 65_535)
    let tail = try read(at: size - tailSize, tailSize)
    let mark: [UInt8] = [0x50, 0x4B, 5, 6]
    let last = tail.indices.dropLast(21).last { tail[$0...].starts(with: mark) }
    guard let last else { throw malformed("a zip file", "no list of members at its end") }
    let end = tail[last...]
    let usual = (
      start: end.dropFirst(16).prefix(4).little, length: end.dropFirst(12).prefix(4).little
    )
    let locator = size - tailSize + last - 20
    guard locator >= 0 else { return usual }
    let pointer = try read(at: locator, 20)
    guard pointer.starts(with: [0x50, 0x4B, 6, 7]) else { return usual }
    let record = try read(at: pointer[8..<16].little, 56)
    guard record.starts(with: [0x50, 0x4B, 6, 6]) else {
      throw malformed("the list of members of a zip64 file", "other bytes")
    }
    return (record[48..<56].little, record[40..<48].little)
  }
}

extension ZipArchive.Member {
  /// Takes sizes of 64 bits from the extra fields of a list entry.
  fileprivate mutating func extend(by fields: ArraySlice<UInt8>) {
    var rest = fields
    while rest.count >= 4 {
      let (tag, length) = (rest.prefix(2).little, rest.dropFirst(2).prefix(2).little)
      var field = rest.dropFirst(4).prefix(length)
      rest = rest.dropFirst(4 + length)
      guard tag == 1 else { continue }
      for key in [\Self.size, \.packedSize, \.headerOffset] {
        if self[keyPath: key] == 0xFFFF_FFFF, field.count >= 8 {
          self[keyPath: key] = field.prefix(8).little
          field = field.dropFirst(8)
        }
      }
    }
  }
}

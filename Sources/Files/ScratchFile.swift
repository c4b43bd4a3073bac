internal import Glibc

/// A file without a name, beside one that is being made: it is gone with whoever opened it, however that ends.
@safe package final class ScratchFile {
  private let descriptor: Int32
  private let path: String
  /// Bytes so far.
  package private(set) var count = 0

  /// Opens one in the folder of `path`.
  ///
  /// - Throws: `IOFailure`.
  package init(beside path: String) throws(IOFailure) {
    let name = stagingPath(for: path + ".scratch")
    try LocalFileSystem().remove(name)
    let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    descriptor = unsafe open(name, flags, 0o600)
    self.path = name
    guard descriptor >= 0 else {
      throw IOFailure(operation: "create", path: name, errorNumber: errno)
    }
    guard unsafe unlink(name) == 0 else {
      throw IOFailure(operation: "remove", path: name, errorNumber: errno)
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes bytes at the end; returns where they begin.
  ///
  /// - Throws: `IOFailure`, a full disk among others.
  package func append(_ bytes: [UInt8]) throws(IOFailure) -> Int {
    let start = count
    var done = 0
    while done < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe pwrite(
          descriptor, buffer.baseAddress.map { unsafe $0 + done }, bytes.count - done,
          start + done)
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else {
        throw IOFailure(
          operation: "write", path: path, errorNumber: written < 0 ? errno : ENOSPC)
      }
      done += written
    }
    count += done
    return start
  }

  /// Reads bytes that were written, behind those that `bytes` holds.
  ///
  /// - Throws: `IOFailure`.
  package func read(_ range: Range<Int>, into bytes: inout [UInt8]) throws(IOFailure) {
    precondition(range.upperBound <= count, "bytes \(range) of \(count)")
    var done = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: range.count))
    let end = bytes.count
    while done < end {
      let (start, left) = (range.upperBound - (end - done), end - done)
      let received = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(descriptor, buffer.baseAddress.map { unsafe $0 + done }, left, start)
      }
      if received < 0, errno == EINTR { continue }
      guard received > 0 else {
        throw IOFailure(
          operation: "read", path: path, errorNumber: received < 0 ? errno : EIO)
      }
      done += received
    }
  }
}

internal import CZlib
internal import Glibc

/// A file that is read from its beginning to its end; one that is gzip-compressed is unpacked.
@safe public final class ByteStream {
  /// Where it is.
  public let path: String
  private let file: gzFile
  private let size: Int

  /// Opens a file.
  ///
  /// - Throws: `ImportError` where it is missing, cannot be read, or is no regular file.
  public init(_ path: String) throws(ImportError) {
    var status = stat()
    guard unsafe stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
      throw ImportError(
        code: .unsupported, file: path, expected: "a file",
        found: status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a pipe or a device",
        remedy: "Name a file.")
    }
    guard let file = unsafe gzopen(path, "rb") else {
      let number = errno
      throw ImportError(
        code: number == ENOENT ? .missingFile : .inputOutput, file: path,
        expected: "a readable file", found: unsafe String(cString: strerror(number)),
        remedy: "Check the path and the permissions.")
    }
    unsafe _ = gzbuffer(file, 1 << 18)
    (self.path, size) = (path, max(1, Int(status.st_size)))
    unsafe self.file = file
  }

  deinit { unsafe _ = gzclose_r(file) }  // Of a file that is only read; damage was told by `read`.

  /// Which share of the file, as it is stored, has been read: 0...1.
  public var fractionRead: Double { unsafe min(1, Double(gzoffset(file)) / Double(size)) }

  /// All that is left.
  ///
  /// - Throws: `ImportError.tooLarge` for more than `limit` bytes.
  public func all(limit: Int) throws(ImportError) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let block = try some(1 << 20)
      if block.isEmpty { return bytes }
      guard bytes.count + block.count <= limit else {
        throw ImportError(
          code: .tooLarge, file: path, expected: "at most \(limit) bytes", found: "more",
          remedy: "Check that this is the right file.")
      }
      bytes += block
    }
  }

  /// Between 1 and `count` bytes; none at the end of the file, where the checksum of what was compressed has been checked.
  ///
  /// - Throws: `ImportError.malformed` for damaged compression.
  public func some(_ count: Int) throws(ImportError) -> [UInt8] {
    var got: Int32 = 0
    let block = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      got = unsafe gzread(file, buffer.baseAddress, UInt32(clamping: count))
      initialized = max(0, Int(got))
    }
    var code: Int32 = 0
    let text = unsafe gzerror(file, &code)
    // A compressed file that ends too early is only told by the code.
    guard got >= 0, code == Z_OK || code == Z_STREAM_END else {
      throw malformed(
        "a whole file", unsafe text.map { unsafe String(cString: $0) } ?? "damaged compression")
    }
    return block
  }

  /// An error about the file's content.
  public func malformed(_ expected: String, _ found: String) -> ImportError {
    ImportError(
      code: .malformed, file: path, expected: expected, found: found,
      remedy: "Download or write the file again.")
  }
}

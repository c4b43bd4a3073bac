internal import CZlib
internal import Glibc

/// An array of bytes in the IDX format of MNIST, plain or gzip-compressed.
///
/// The format: two zero bytes, the element type (8: unsigned byte), the number of axes, each extent
/// as a big-endian 32-bit integer, then the elements, row-major.
public struct IDXFile: Sendable {
  /// Extents, slowest axis first; none is zero.
  public let shape: [Int]
  /// The elements, as many as `shape` says.
  public let bytes: [UInt8]

  /// The most elements that are read: 2^31.
  private static let largestCount = 1 << 31

  /// Reads a whole file.
  ///
  /// - Throws: `DatasetError.missingFile`, or `.malformed` for another magic number, for other
  ///   elements than unsigned bytes, for more or fewer bytes than the header says, and for damaged
  ///   compression.
  /// - Complexity: Memory grows with what the file really holds, not with what its header says.
  public init(reading path: String) throws(DatasetError) {
    let stream = try CompressedStream(path)
    let magic = try stream.read(4)
    guard magic[0] == 0, magic[1] == 0, magic[2] == 8, (1...4).contains(magic[3]) else {
      throw stream.malformed(
        "an IDX file of unsigned bytes: 0, 0, 8 and 1 to 4 axes", "\(magic) at its start")
    }
    let header = try stream.read(4 * Int(magic[3]))
    let shape = stride(from: 0, to: header.count, by: 4).map { start in
      header[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    var count = 1
    for extent in shape {
      count = count.multipliedReportingOverflow(by: extent).partialValue
      guard extent > 0, (1...Self.largestCount).contains(count) else {
        throw stream.malformed("extents above 0 and at most 2^31 elements", "\(shape)")
      }
    }
    self.shape = shape
    // Twice, because an array that grows is copied.
    try requireMemory(2 * count, for: "\(count) elements of shape \(shape)", file: path, object: "")
    bytes = try stream.read(count)
    guard try stream.isAtEnd() else {
      throw stream.malformed("\(count) elements of shape \(shape)", "more")
    }
  }
}

/// A file that is read through zlib, which passes through what is not compressed.
@safe private final class CompressedStream {
  private let path: String
  private let file: gzFile

  init(_ path: String) throws(DatasetError) {
    var status = stat()
    guard unsafe stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
      throw DatasetError(
        code: .malformed, file: path, object: "", expected: "an IDX file",
        found: "a folder, a pipe or a device", remedy: "Name the folder that holds the files.")
    }
    guard let file = unsafe gzopen(path, "rb") else {
      throw DatasetError(
        code: .missingFile, file: path, object: "", expected: "a readable file",
        found: unsafe String(cString: strerror(errno)),
        remedy: "Check the path and the permissions.")
    }
    self.path = path
    unsafe self.file = file
  }

  deinit { unsafe _ = gzclose_r(file) }  // Of a file that is only read; damage was told by `read`.

  /// Exactly `count` bytes, read by the MiB.
  func read(_ count: Int) throws(DatasetError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let block = try some(min(count - bytes.count, 1 << 20))
      guard !block.isEmpty else {
        throw malformed("\(count) bytes", "the end of the file after \(bytes.count)")
      }
      bytes += block
    }
    return bytes
  }

  /// Whether nothing follows; also checks the checksum of what was compressed.
  func isAtEnd() throws(DatasetError) -> Bool { try some(1).isEmpty }

  /// Between 1 and `count` bytes; none at the end of the file.
  private func some(_ count: Int) throws(DatasetError) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: count)
    let got = unsafe gzread(file, &block, UInt32(count))
    var code: Int32 = 0
    let text = unsafe gzerror(file, &code)
    // A compressed file that ends too early is only told by the code.
    guard got >= 0, code == Z_OK || code == Z_STREAM_END else {
      throw malformed(
        "a whole file", unsafe text.map { unsafe String(cString: $0) } ?? "damaged compression")
    }
    return Array(block.prefix(Int(got)))
  }

  func malformed(_ expected: String, _ found: String) -> DatasetError {
    DatasetError(
      code: .malformed, file: path, object: "", expected: expected, found: found,
      remedy: "Download the file again.")
  }
}

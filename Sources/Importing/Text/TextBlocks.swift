internal import Glibc

/// Some whole lines, or whole records, of a text file.
struct TextBlock: Sendable {
  var bytes: [UInt8]
  /// The number of its first line, from 1.
  var firstLine: Int
}

/// A text file in blocks of about a MiB, each of whole lines or records; a byte order mark of UTF-8 is left out.
struct TextBlocks {
  /// Where it is read from.
  let stream: ByteStream
  private let end: (_ bytes: [UInt8]) -> Int?
  private var rest: [UInt8] = []
  private var line = 1
  private var isAtStart = true
  private var isAtEnd = false

  /// - Parameter end: Where the last whole record of some bytes ends, behind its line end; nil where none does.
  init(
    _ stream: ByteStream, end: @escaping ([UInt8]) -> Int? = { bytes in bytes.endOfLastLine }
  ) {
    (self.stream, self.end) = (stream, end)
  }

  /// The next records; the last one of a file may lack its line end.
  ///
  /// - Throws: `ImportError` for UTF-16, for bytes that are no text, and for a record of more than 64 MiB.
  mutating func next() throws(ImportError) -> TextBlock? {
    var bytes = rest
    rest = []
    while !isAtEnd {
      let more = try stream.some(max(1 << 20, bytes.count))
      isAtEnd = more.isEmpty
      bytes += more
      if isAtStart, bytes.count >= 3 || isAtEnd { try begin(&bytes) }
      if !isAtEnd, let end = end(bytes) {
        rest = Array(bytes[end...])
        bytes.removeLast(bytes.count - end)
        return block(bytes)
      }
      guard bytes.count <= 1 << 26 else {
        throw stream.problem(
          line, "lines of at most 64 MiB", "a longer one",
          "Check that this is a text file, and that quotes are closed.")
      }
    }
    return bytes.isEmpty ? nil : block(bytes)
  }

  private mutating func begin(_ bytes: inout [UInt8]) throws(ImportError) {
    isAtStart = false
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw stream.problem(
        1, "text in UTF-8", "UTF-16", "Save it as UTF-8, or run: iconv -f UTF-16 -t UTF-8.")
    }
    if bytes.contains(0) {
      throw stream.problem(
        1, "text in UTF-8", "bytes of 0", "Check that this is a text file in UTF-8.")
    }
    if !bytes.contains(10), bytes.contains(13) {
      throw stream.problem(
        1, "lines that end in LF or CR LF", "lines that end in CR",
        "Save it with another line end, or run: tr '\\r' '\\n'.")
    }
  }

  private mutating func block(_ bytes: [UInt8]) -> TextBlock {
    defer { line += bytes.lineEndCount }
    return TextBlock(bytes: bytes, firstLine: line)
  }
}

extension [UInt8] {
  /// Where the last line ends that has a line end.
  var endOfLastLine: Int? { lastIndex(of: 10).map { $0 + 1 } }

  fileprivate var lineEndCount: Int {
    var (count, place) = (0, 0)
    while let next = firstPlace(of: 10, from: place) {
      count += 1
      place = next + 1
    }
    return count
  }

  /// The first place of a byte, found by the widest loop there is.
  func firstPlace(of byte: UInt8, from start: Int = 0) -> Int? {
    unsafe withUnsafeBytes { bytes in
      guard start < bytes.count, let base = bytes.baseAddress,
        let found = unsafe memchr(base + start, Int32(byte), bytes.count - start)
      else { return nil }
      return unsafe found - UnsafeMutableRawPointer(mutating: base)
    }
  }
}

extension ByteStream {
  /// An error about a line.
  func problem(
    _ line: Int, _ expected: String, _ found: String, _ remedy: String
  ) -> ImportError {
    ImportError(
      code: .malformed, file: path, object: "line \(line)", expected: expected, found: found,
      remedy: remedy)
  }
}

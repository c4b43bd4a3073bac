/// A text file line by line, unpacked where it is gzip-compressed; in memory, one line and about 1 MiB.
final class LineReader {
  /// The longest line, in bytes.
  static let limit = 1 << 26

  private let stream: ByteStream
  private var block: [UInt8] = []
  private var place = 0
  private var isAtEnd = false
  /// Number of the line that was read last, from 1.
  private(set) var number = 0

  /// Opens a file.
  ///
  /// - Throws: `ImportError` where it cannot be read, or begins as UTF-16 does.
  init(_ path: String) throws(ImportError) {
    stream = try ByteStream(path)
    block = try stream.some(1 << 20)
    if block.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    if block.starts(with: [0xFE, 0xFF]) || block.starts(with: [0xFF, 0xFE]) {
      throw ImportError(
        code: .unsupported, file: path, expected: "text in UTF-8", found: "UTF-16",
        remedy: "Convert it: iconv -f UTF-16 -t UTF-8.")
    }
  }

  /// Which share of the file has been read: 0...1.
  var fractionRead: Double { stream.fractionRead }

  /// The next line without its end; nil behind the last.
  ///
  /// - Throws: `ImportError` for damaged compression and for a line without end.
  func next() throws(ImportError) -> ArraySlice<UInt8>? {
    var begun: [UInt8] = []
    while true {
      let rest = block[place...]
      if let end = rest.firstIndex(of: 0x0A) {
        place = end + 1
        number += 1
        return Self.line(begun, rest[..<end])
      }
      guard begun.count + rest.count <= Self.limit else {
        throw ImportError(
          code: .tooLarge, file: stream.path, object: "line \(number + 1)",
          expected: "lines of at most \(Self.limit) bytes", found: "a longer one",
          remedy: "Check that this is a text file with a document or a record on each line.")
      }
      begun += rest
      block = isAtEnd ? [] : try stream.some(1 << 20)
      place = 0
      guard block.isEmpty else { continue }
      isAtEnd = true
      if begun.isEmpty { return nil }
      number += 1
      return Self.line(begun, [])
    }
  }

  /// A line from what the blocks before and this one hold of it, without the carriage return of other systems.
  private static func line(_ begun: [UInt8], _ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let line = begun.isEmpty ? rest : (begun + rest)[...]
    return line.last == 0x0D ? line.dropLast() : line
  }
}

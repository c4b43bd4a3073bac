/// An array in the IDX format of MNIST, plain or gzip-compressed, read row by row.
///
/// The format: two zero bytes, the element type, the number of axes, each extent as a big-endian 32-bit integer, then the
/// elements, row-major and big-endian.
package final class IDXFile {
  /// What elements are; the raw value is the header's third byte.
  package enum Element: UInt8, CaseIterable {
    case uint8 = 0x08
    case int8 = 0x09
    case int16 = 0x0B
    case int32 = 0x0C
    case float32 = 0x0D
    case float64 = 0x0E

    /// Bytes of an element.
    package var size: Int {
      switch self {
      case .uint8, .int8: 1
      case .int16: 2
      case .int32, .float32: 4
      case .float64: 8
      }
    }
  }

  /// Extents, slowest axis first; none is zero.
  package let shape: [Int]
  /// What elements are.
  package let element: Element
  /// Bytes of a row: of all that stands at one place of the first axis.
  package let rowSize: Int
  private let stream: ByteStream
  private var rowsRead = 0

  /// The most bytes of a row: 64 MiB.
  private static let largestRow = 1 << 26

  /// Reads a file's header.
  ///
  /// - Throws: `ImportError` where the file cannot be read, or is malformed: another magic number, an extent of 0, rows of more
  ///   than 64 MiB.
  package init(reading path: String) throws(ImportError) {
    stream = try ByteStream(path)
    let magic = try stream.read(4)
    guard magic[0] == 0, magic[1] == 0, let element = Element(rawValue: magic[2]),
      (1...4).contains(magic[3])
    else {
      throw stream.malformed(
        "an IDX file: 0, 0, an element type of 8, 9 or 11 to 14, and 1 to 4 axes",
        "\(magic) at its start")
    }
    let header = try stream.read(4 * Int(magic[3]))
    let shape = stride(from: 0, to: header.count, by: 4).map { start in
      header[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    var rowSize = element.size
    for extent in shape.dropFirst() where rowSize <= Self.largestRow { rowSize *= extent }
    guard !shape.contains(0), rowSize <= Self.largestRow else {
      throw stream.malformed("extents above 0, and rows of at most 64 MiB", "shape \(shape)")
    }
    (self.shape, self.element, self.rowSize) = (shape, element, rowSize)
  }

  /// The next rows, about 1 MiB, as they are stored; none at the end.
  ///
  /// - Throws: `ImportError.malformed` for more or fewer rows than the header says, and for damaged compression.
  /// - Complexity: Memory grows with what the file really holds, not with what its header says.
  package func next() throws(ImportError) -> [UInt8] {
    let count = min(shape[0] - rowsRead, max(1, (1 << 20) / rowSize))
    guard count > 0 else {
      guard try stream.some(1).isEmpty else {
        throw stream.malformed("elements of shape \(shape)", "more")
      }
      return []
    }
    let rows = try stream.read(count * rowSize)
    rowsRead += count
    return rows
  }

  /// Which share of the rows has been read: 0...1.
  package var fractionRead: Double { Double(rowsRead) / Double(shape[0]) }

  /// An error about what the file holds.
  func mismatch(_ expected: String, _ found: String, _ remedy: String) -> ImportError {
    ImportError(
      code: .mismatch, file: stream.path, expected: expected, found: found, remedy: remedy)
  }
}

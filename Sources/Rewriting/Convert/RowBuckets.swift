internal import Files

/// Rows on their way to other places, in buckets that each fit into memory.
///
/// A bucket takes the rows of neighbouring places. What is too much for memory goes to a file without a name, in pieces; so
/// an order of any number of rows needs two passes, of which the second reads each bucket once. Where one bucket holds
/// all, no file is made.
final class RowBuckets {
  private let placeCount: Int
  /// Places of a bucket.
  private let size: Int
  private let bufferSize: Int
  private let output: String
  private var buffers: [[UInt8]]
  private var pieces: [[Range<Int>]]
  private var file: ScratchFile?

  /// - Parameters:
  ///   - byteCount: About how many bytes all rows take.
  ///   - budget: How many bytes may be in memory.
  ///   - output: Where the file is made.
  init(placeCount: Int, byteCount: Int, budget: Int, beside output: String) {
    // Of each row the place and the size are noted, and later where it lies.
    let total = byteCount + 16 * placeCount
    let count = min(max(1, total / max(1, budget) + (total > budget ? 1 : 0)), max(1, placeCount))
    size = max(1, (placeCount + count - 1) / count)
    bufferSize = count == 1 ? .max : min(1 << 20, max(1 << 12, budget / (2 * count)))
    (self.placeCount, self.output) = (placeCount, output)
    buffers = Array(repeating: [], count: count)
    pieces = Array(repeating: [], count: count)
  }

  /// Takes a row to its place.
  ///
  /// - Throws: `IOFailure`.
  func add(_ row: ArraySlice<UInt8>, at place: Int) throws {
    let bucket = place / size
    append(UInt32(place % size), to: bucket)
    append(UInt32(row.count), to: bucket)
    buffers[bucket].append(contentsOf: row)
    guard buffers[bucket].count >= bufferSize else { return }
    let file = try self.file ?? ScratchFile(beside: output)
    self.file = file
    let start = try file.append(buffers[bucket])
    pieces[bucket].append(start..<file.count)
    buffers[bucket].removeAll(keepingCapacity: true)
  }

  private func append(_ number: UInt32, to bucket: Int) {
    for byte in 0..<4 {
      buffers[bucket].append(UInt8(truncatingIfNeeded: number >> (8 * UInt32(byte))))
    }
  }

  /// Hands out all rows in the order of their places, in blocks of about 1 MiB, and keeps none.
  ///
  /// - Throws: `IOFailure`, what `body` throws.
  func drain(_ body: (RowBlock) throws -> Void) throws {
    for bucket in buffers.indices {
      var bytes: [UInt8] = []
      for piece in pieces[bucket] { try file?.read(piece, into: &bytes) }
      bytes += buffers[bucket]
      buffers[bucket] = []
      let first = min(placeCount, bucket * size)
      var rows = [Range<Int>](repeating: 0..<0, count: min(size, placeCount - first))
      var position = 0
      while position < bytes.count {
        let place = number(at: position, in: bytes)
        let start = position + 8
        position = start + number(at: position + 4, in: bytes)
        rows[place] = start..<position
      }
      var block = RowBlock()
      for row in rows {
        block.append(bytes[row])
        if block.bytes.count >= 1 << 20 || block.count >= 1 << 16 {
          try body(block)
          block = RowBlock()
        }
      }
      if block.count > 0 { try body(block) }
    }
  }

  private func number(at position: Int, in bytes: [UInt8]) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
  }
}

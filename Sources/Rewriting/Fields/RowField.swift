internal import HDF5

/// Something of a file that has a row for each example, whose rows are moved without looking at them.
protocol RowField {
  /// Its path.
  var path: String { get }
  var rowCount: Int { get }
  /// About how many bytes its rows take in memory.
  var byteCount: Int { get }
  /// How many they take, read through where that is not known otherwise.
  func measuredByteCount() throws -> Int
  /// Where a block of rows that is read at once ends.
  func endOfBlock(at row: Int) -> Int
  /// Reads rows.
  func read(_ rows: Range<Int>) throws -> RowBlock
  /// Begins a copy of it without rows.
  func writer(_ path: String, in file: HDF5File) throws -> any RowAppender
  /// Attributes that another number of rows changes.
  func attributes(rows: Int) -> [String: AttributeValue]
}

extension RowField {
  func measuredByteCount() throws -> Int { byteCount }

  func attributes(rows: Int) -> [String: AttributeValue] { [:] }

  /// Hands out all rows, block by block.
  func forEachBlock(upTo end: Int? = nil, _ body: (Range<Int>, RowBlock) throws -> Void) throws {
    var row = 0
    let end = end ?? rowCount
    while row < end {
      let next = min(end, max(row + 1, endOfBlock(at: row)))
      try body(row..<next, read(row..<next))
      row = next
    }
  }
}

/// A copy that grows.
protocol RowAppender: AnyObject {
  func append(_ block: RowBlock) throws
  /// Writes what is still held back; what it holds, in words.
  func finish() throws -> RewriteSummary.Dataset
}

/// Rows as bytes, one after another.
struct RowBlock {
  private(set) var bytes: [UInt8] = []
  /// Where each row begins, and where the last ends.
  private(set) var starts = [0]

  init() {}

  /// Rows of one size.
  init(_ bytes: [UInt8], rowSize: Int) {
    self.bytes = bytes
    starts = Array(stride(from: 0, through: bytes.count, by: rowSize))
  }

  var count: Int { starts.count - 1 }

  subscript(_ row: Int) -> ArraySlice<UInt8> { bytes[starts[row]..<starts[row + 1]] }

  /// Adds a row.
  mutating func append(_ row: some Collection<UInt8>) {
    bytes.append(contentsOf: row)
    starts.append(bytes.count)
  }

  /// Adds a row of two parts.
  mutating func append(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>) {
    bytes.append(contentsOf: first)
    append(second)
  }
}

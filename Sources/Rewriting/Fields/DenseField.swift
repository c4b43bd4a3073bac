internal import HDF5

/// A dataset whose rows are as many numbers each.
struct DenseField: RowField {
  let path: String
  private let rows: DatasetRows
  private let storage: StorageOptions
  private let type: StoredType
  private let target: StoredType
  private let retyping: Retyping?

  init(_ contents: FileContents, _ path: String, _ storage: StorageOptions) throws {
    (self.path, self.storage) = (path, storage)
    rows = try DatasetRows(path, of: contents.file)
    type = try StoredType(of: path, in: contents.file)
    let shape = rows.info.shape
    guard shape.dropFirst().allSatisfy({ $0 > 0 }), type.isWhole else {
      throw contents.problem(
        .unsupported, at: path, "rows of numbers",
        "\(rows.info.elementType) of shape \(shape)", "Leave it out with without=\(path).")
    }
    if let element = storage.type, element != rows.info.elementType {
      retyping = try Retyping(rows, to: element, contents)
      target = try StoredType(element)
    } else {
      (retyping, target) = (nil, type)
    }
    guard rowElements <= Self.largestRow / max(type.byteCount, target.byteCount) else {
      throw contents.problem(
        .unsupported, at: path, "rows of at most 1 GiB", "rows of shape \(rowShape)",
        "Leave it out with without=\(path).")
    }
  }

  private static let largestRow = 1 << 30

  var rowCount: Int { rows.info.shape.first ?? 0 }
  private var rowShape: [Int] { Array(rows.info.shape.dropFirst()) }
  private var rowElements: Int { rowShape.reduce(1, *) }
  /// Bytes of a row in the copy.
  var rowSize: Int { rowElements * target.byteCount }
  var byteCount: Int { rowCount * rowSize }

  func endOfBlock(at row: Int) -> Int {
    let count = max(1, (1 << 20) / (rowElements * type.byteCount))
    guard let chunk = rows.info.chunkRows, chunk > 1 else { return row + count }
    // Whole chunks, so that each is unpacked once.
    return (row / chunk + max(1, count / chunk)) * chunk
  }

  func read(_ range: Range<Int>) throws -> RowBlock {
    let bytes = try retyping?.bytes(range) ?? rows.readBytes(range, of: type)
    return RowBlock(bytes, rowSize: rowSize)
  }

  func writer(_ path: String, in file: HDF5File) throws -> any RowAppender {
    let content = storage.type.map { "\($0)" } ?? "\(rows.info.elementType)"
    return try ByteWriter(
      file, path, rowShape, of: target, content, storage.chunks,
      deflate: storage.level(for: rows.info))
  }
}

/// Appends rows of one size to a dataset, whole chunks at a time.
final class ByteWriter: RowAppender {
  private let file: HDF5File
  private let path: String
  private let rowShape: [Int]
  private let type: StoredType
  private let content: String
  private let rowSize: Int
  private let blockSize: Int
  private var pending: [UInt8] = []
  private(set) var count = 0

  init(
    _ file: HDF5File, _ path: String, _ rowShape: [Int], of type: StoredType, _ content: String,
    _ chunks: ChunkSize, deflate: Int?
  ) throws {
    (self.file, self.path, self.rowShape) = (file, path, rowShape)
    (self.type, self.content) = (type, content)
    rowSize = rowShape.reduce(type.byteCount, *)
    let chunk =
      chunkExtents([1 << 20] + rowShape, elementSize: type.byteCount, chunks)[0] * rowSize
    blockSize = chunk * max(1, (1 << 20) / chunk)
    try file.createGrowingDataset(
      path, rowShape: rowShape, of: type, chunks: chunks, deflate: deflate)
  }

  func append(_ block: RowBlock) throws { try append(block.bytes) }

  func append(_ bytes: some Collection<UInt8>) throws {
    pending.append(contentsOf: bytes)
    count += bytes.count / rowSize
    guard pending.count >= blockSize else { return }
    let whole = pending.count / blockSize * blockSize
    try file.append(path, bytes: pending[..<whole], of: type)
    pending.removeFirst(whole)
  }

  func finish() throws -> RewriteSummary.Dataset {
    try file.append(path, bytes: pending, of: type)
    pending = []
    return RewriteSummary.Dataset(name: path, shape: [count] + rowShape, content: content)
  }
}

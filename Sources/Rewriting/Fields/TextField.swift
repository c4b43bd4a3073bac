internal import HDF5

/// A list of texts, one for each example.
struct TextField: RowField {
  let path: String
  let rowCount: Int
  private let file: HDF5File
  private let storage: StorageOptions

  init(_ contents: FileContents, _ path: String, _ storage: StorageOptions) throws {
    (self.path, file, self.storage) = (path, contents.file, storage)
    let shape = try file.info(path).shape
    guard shape.count == 1 || (shape.count == 2 && shape[1] == 1) else {
      throw contents.problem(
        .unsupported, at: path, "a list of texts", "texts of shape \(shape)",
        "Leave it out with without=\(path).")
    }
    guard storage.type == nil else {
      throw contents.problem(
        .unsupported, at: path, "numbers to be written as another type", "texts",
        "Name the dataset that is meant with dataset=NAME.")
    }
    rowCount = shape[0]
  }

  /// A guess: how long they are only reading tells.
  var byteCount: Int { rowCount * 16 }

  func measuredByteCount() throws -> Int {
    var count = 0
    try forEachBlock { _, block in count += block.bytes.count }
    return count
  }

  func endOfBlock(at row: Int) -> Int { row + TextWriter.blockSize }

  func read(_ rows: Range<Int>) throws -> RowBlock {
    var block = RowBlock()
    for text in try file.readStrings(path, rows: rows) { block.append(text.utf8) }
    return block
  }

  func writer(_ path: String, in file: HDF5File) throws -> any RowAppender {
    try TextWriter(file, path, storage.chunks)
  }
}

private final class TextWriter: RowAppender {
  /// Texts that are written at once.
  static let blockSize = 1 << 13
  private let file: HDF5File
  private let path: String
  private var pending: [String] = []
  private var count = 0

  init(_ file: HDF5File, _ path: String, _ chunks: ChunkSize) throws {
    (self.file, self.path) = (file, path)
    let type = try StoredType(.string)
    try file.createGrowingDataset(path, rowShape: [], of: type, chunks: chunks)
  }

  func append(_ block: RowBlock) throws {
    for row in 0..<block.count { pending.append(String(decoding: block[row], as: UTF8.self)) }
    count += block.count
    if pending.count >= Self.blockSize { try flush() }
  }

  private func flush() throws {
    try file.append(path, texts: pending)
    pending = []
  }

  func finish() throws -> RewriteSummary.Dataset {
    try flush()
    return RewriteSummary.Dataset(name: path, shape: [count], content: "string")
  }
}

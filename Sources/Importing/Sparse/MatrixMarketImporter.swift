internal import Configuration

/// A matrix in the Matrix Market format: an example for each row, or for each column.
struct MatrixMarketImporter: Importer {
  static let name = "mtx"
  static let meaning =
    "A Matrix Market file (.mtx, .mtx.gz). A coordinate matrix becomes x in CSR form, an array a dense x. Entries of one "
    + "place are summed."

  private let transposes: Bool

  static func recognises(_ source: ImportSource) -> Bool {
    source.firstBytes.starts(with: "%%MatrixMarket".utf8)
  }

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    transposes = try reader.boolean(
      "transpose", default: false,
      "Whether a column is an example: so it is in 10x's matrix.mtx, genes by cells.")
  }

  func read(_ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress) throws {
    let file = try MatrixMarketFile(source)
    var (rows, columns) = (file.rowCount, file.columnCount)
    if transposes { swap(&rows, &columns) }
    progress.note(
      "\(rows) examples of \(columns) numbers, "
        + (transposes ? "a column each." : "a row each; transpose=true takes the columns."))
    let entries = MatrixEntries(
      rowCount: rows, columnCount: columns,
      forEach: { step, body in
        try file.forEachEntry(step) { entry in
          try body(transposes ? (entry.column, entry.row, entry.value) : entry)
        }
      })
    if file.isSparse {
      try entries.writeSparse(source, into: try output.matrix("x", columnCount: columns), progress)
    } else {
      try entries.writeDense(source, output, progress)
    }
  }
}

/// Entries of a matrix in any order, which are to become rows: what of it does not fit into a bounded memory takes another
/// pass over them.
package struct MatrixEntries {
  let rowCount: Int
  let columnCount: Int
  /// Calls a closure for each entry, and tells another how far it has come, 0...1.
  let forEach:
    (_ step: (Double) throws -> Void, _ body: (MatrixMarketFile.Entry) throws -> Void) throws
      -> Void
  /// Entries that are held at a time, 16 bytes each; a single row may have more.
  private let heldCount: Int

  package init(
    rowCount: Int, columnCount: Int, heldCount: Int = 1 << 24,
    forEach:
      @escaping (_ step: (Double) throws -> Void, _ body: (MatrixMarketFile.Entry) throws -> Void)
      throws -> Void
  ) {
    (self.rowCount, self.columnCount, self.heldCount) = (rowCount, columnCount, heldCount)
    self.forEach = forEach
  }

  /// Writes rows in CSR form.
  package func writeSparse(
    _ source: ImportSource, into output: CSRWriter, _ progress: ImportProgress
  ) throws {
    // The counts are memory that a header asks for, so it must have some file behind it.
    guard rowCount <= 1 << 20 + 4 * source.size else {
      throw source.problem(
        .unsupported, "rows with entries", "\(rowCount) rows in \(source.size) bytes",
        "Leave out rows without entries.")
    }
    let survey = try survey(progress)
    if survey.isOrdered { return try writeOrdered(into: output, progress) }
    let parts = survey.parts(of: heldCount)
    for (i, rows) in parts.enumerated() {
      var held = HeldRows(rows, survey.counts)
      try forEach({ try progress.reached(0.5 + 0.5 * (Double(i) + $0) / Double(parts.count)) }) {
        if rows.contains($0.row) { held.add($0) }
      }
      for row in rows { try output.append(held[row]) }
    }
  }

  /// Entries that come row by row are written as they come.
  private func writeOrdered(into output: CSRWriter, _ progress: ImportProgress) throws {
    var row = SparseRow()
    try forEach({ try progress.reached(0.5 + $0 / 2) }) { entry in
      while output.count < entry.row {
        try output.append(row)
        row = SparseRow()
      }
      row.entries.append((Int32(entry.column), entry.value))
    }
    while output.count < rowCount {
      try output.append(row)
      row = SparseRow()
    }
  }

  /// Writes rows of numbers, `x`.
  func writeDense(_ source: ImportSource, _ output: ImportOutput, _ progress: ImportProgress) throws
  {
    guard columnCount <= ImportLimits.rowElements else { throw source.rowTooLong(columnCount) }
    let writer = try output.rows("x", shape: [columnCount], of: Float.self, deflate: 0)
    let step = max(1, 2 * heldCount / columnCount)
    for first in stride(from: 0, to: rowCount, by: step) {
      let rows = first..<min(rowCount, first + step)
      var values: [Float] = []
      try forEach({
        try progress.reached((Double(first) + $0 * Double(rows.count)) / Double(rowCount))
      }) {
        guard rows.contains($0.row) else { return }
        // Grows with what the file holds: a header alone costs nothing.
        let place = ($0.row - first) * columnCount + $0.column
        if place >= values.count {
          values += repeatElement(
            0, count: min(rows.count * columnCount, 2 * place + 1) - values.count)
        }
        values[place] = Float($0.value)
      }
      values += repeatElement(0, count: rows.count * columnCount - values.count)
      try writer.append(values)
    }
  }
}

/// How many entries each row has, and whether they come row by row.
private struct EntrySurvey {
  var counts: [Int]
  var isOrdered = true

  /// Rows that follow each other, of at most `limit` entries together, or one.
  func parts(of limit: Int) -> [Range<Int>] {
    var (parts, first, sum) = ([Range<Int>](), 0, 0)
    for (row, count) in counts.enumerated() {
      if sum + count > limit, row > first {
        parts.append(first..<row)
        (first, sum) = (row, 0)
      }
      sum += count
    }
    return parts + [first..<counts.count]
  }
}

extension MatrixEntries {
  private func survey(_ progress: ImportProgress) throws -> EntrySurvey {
    var survey = EntrySurvey(counts: [Int](repeating: 0, count: rowCount))
    var last = 0
    try forEach({ try progress.reached($0 / 2) }) { entry in
      survey.counts[entry.row] += 1
      survey.isOrdered = survey.isOrdered && entry.row >= last
      last = entry.row
    }
    return survey
  }
}

/// Rows whose entries are put where they belong as they come.
private struct HeldRows {
  private let rows: Range<Int>
  private var ends: [Int] = []
  private var entries: [(column: Int32, value: Double)]

  init(_ rows: Range<Int>, _ counts: [Int]) {
    self.rows = rows
    var sum = 0
    for row in rows {
      ends.append(sum)
      sum += counts[row]
    }
    entries = [(column: Int32, value: Double)](repeating: (0, 0), count: sum)
  }

  mutating func add(_ entry: MatrixMarketFile.Entry) {
    let row = entry.row - rows.lowerBound
    entries[ends[row]] = (Int32(entry.column), entry.value)
    ends[row] += 1
  }

  /// A row, once all entries were added.
  subscript(row: Int) -> SparseRow {
    let i = row - rows.lowerBound
    return SparseRow(entries: Array(entries[(i == 0 ? 0 : ends[i - 1])..<ends[i]]))
  }
}

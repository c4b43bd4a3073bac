/// Entries of a row, in any order.
struct SparseRow {
  var entries: [(column: Int32, value: Double)] = []
}

extension CSRWriter {
  /// Appends a row: columns ascend, entries of one place are summed, zeros are left out.
  func append(_ row: SparseRow) throws {
    var entries = row.entries
    if !zip(entries, entries.dropFirst()).allSatisfy({ $0.column < $1.column }) {
      entries.sort { $0.column < $1.column }
    }
    var (columns, values) = ([Int32](), [Double]())
    for entry in entries {
      if entry.column == columns.last {
        values[values.count - 1] += entry.value
      } else {
        columns.append(entry.column)
        values.append(entry.value)
      }
    }
    let kept = values.indices.filter { values[$0] != 0 }
    try append(columns: kept.map { columns[$0] }, values: kept.map { Float(values[$0]) })
  }
}

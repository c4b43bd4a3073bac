public import Examples

extension CSRExamples {
  /// Row-major values, of which zeros are left out.
  public convenience init(zeros values: [Float], columnCount: Int) {
    var (starts, columns, kept): ([Int64], [Int32], [Float]) = ([0], [], [])
    for (index, value) in values.enumerated() {
      if value != 0 {
        columns.append(Int32(index % columnCount))
        kept.append(value)
      }
      if index % columnCount == columnCount - 1 { starts.append(Int64(kept.count)) }
    }
    self.init(starts: starts, columns: columns, values: kept, columnCount: columnCount)
  }
}

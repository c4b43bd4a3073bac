internal import Examples
internal import HDF5

/// The non-zeros of a matrix in memory: those of line after line, each with its place in it.
private struct Lines {
  /// Where those of each line start, and where the last ones end.
  var starts: [Int64]
  var places: [Int32]
  var values: [Float]

  /// The same matrix, its lines the places that there were: by counting, so that places ascend in each line.
  func transposed(lineCount: Int) -> Lines {
    var next = [Int64](repeating: 0, count: lineCount + 1)
    for place in places { next[Int(place) + 1] += 1 }
    for line in 0..<lineCount { next[line + 1] += next[line] }
    var result = Lines(
      starts: next, places: [Int32](repeating: 0, count: places.count),
      values: [Float](repeating: 0, count: values.count))
    for line in 0..<starts.count - 1 {
      for entry in Int(starts[line])..<Int(starts[line + 1]) {
        let target = Int(next[Int(places[entry])])
        (result.places[target], result.values[target]) = (Int32(line), values[entry])
        next[Int(places[entry])] += 1
      }
    }
    return result
  }

  /// Brings each line's places into ascending order.
  ///
  /// - Returns: a place that is twice in a line; nil where none is.
  mutating func sort() -> (place: Int32, line: Int)? {
    for line in 0..<starts.count - 1 {
      let range = Int(starts[line])..<Int(starts[line + 1])
      let isSorted = range.dropFirst().allSatisfy { places[$0 - 1] <= places[$0] }
      if !isSorted {
        let order = range.sorted { places[$0] < places[$1] }
        let sorted = order.map { (places[$0], values[$0]) }
        for (entry, pair) in zip(range, sorted) { (places[entry], values[entry]) = pair }
      }
      for entry in range.dropFirst() where places[entry - 1] == places[entry] {
        return (places[entry], line)
      }
    }
    return nil
  }
}

extension CompressedMatrix {
  /// Reads columns that are held one after another, and turns them into rows, all of them in memory.
  ///
  /// - Throws: `DatasetError`, `HDF5Error`.
  func columnExamples(_ request: DatasetRequest) throws -> CSRExamples {
    try requireMemory(
      8 * (rows + columns), for: "\(rows) rows", file: filePath, object: group)
    let starts = try starts()
    let count = Int(starts.last ?? 0)
    try requireMemory(16 * count, for: "\(count) non-zeros", file: filePath, object: group)
    _ = request.memory?.take(8 * count)
    let scale = try scale(argument: request.scale)
    let places = try places(starts)
    let values = try values(count: places.count, scale: scale)
    var found = Lines(starts: starts, places: places, values: values)
      .transposed(lineCount: rows)
    try requireFinite(found)
    if let (column, row) = found.sort() {
      throw problem(
        .malformed, names.places, "each place at most once",
        "column \(column) twice in row \(row)", "Call scipy's sum_duplicates() before writing.")
    }
    return CSRExamples(
      starts: found.starts, columns: found.places, values: found.values, columnCount: columns,
      scale: Float(scale))
  }

  private func requireFinite(_ found: Lines) throws {
    guard let index = found.values.firstIndex(where: { !$0.isFinite }) else { return }
    throw problem(
      .notFinite, names.values, "finite values within the range of float32",
      "\(found.values[index]) in row \(Self.line(of: index, found.starts))",
      "Remove or replace such values; training cannot use them.")
  }
}

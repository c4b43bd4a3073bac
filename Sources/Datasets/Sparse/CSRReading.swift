internal import Examples
internal import HDF5

/// How rows in CSR form come into memory: block by block, converted and sorted, on several threads at once.
///
/// Safety: a call writes to its rows' place in `memory` alone, and no two calls have a row in common.
@safe struct CSRReading: Sendable {
  private let source: MatrixPlace
  private let indices: DatasetRows
  private let data: DatasetRows
  private let starts: [Int64]
  private let columnCount: Int
  private let scale: Double
  let memory: NonZeros

  /// - Parameter starts: where each row's non-zeros start, and where the last ones end.
  /// - Throws: `DatasetError` for values of a type that is not read.
  init(
    _ matrix: CompressedMatrix, _ starts: [Int64], _ scale: Double, _ memory: NonZeros
  ) throws {
    indices = try DatasetRows(matrix.path(matrix.names.places), of: matrix.file)
    data = try DatasetRows(matrix.path(matrix.names.values), of: matrix.file)
    (source, self.starts, columnCount) = (matrix.place, starts, matrix.columns)
    (self.scale, self.memory) = (scale, memory)
    guard indices.info.elementType.isInteger else {
      throw source.problem(
        .wrongType, "indices", "integers of at most 63 bits", "\(indices.info.elementType)",
        "Convert it, for example with numpy's astype('int64').")
    }
    let type = data.info.elementType
    guard type.isInteger || [.float16, .float32, .float64].contains(type) else {
      throw source.problem(
        .wrongType, "data", "bool, integers of at most 63 bits, float16, float32 or float64",
        "\(type)", "Convert it, for example with numpy's astype('float32').")
    }
  }

  /// Number of rows.
  var rowCount: Int { starts.count - 1 }

  /// Where the non-zeros of some rows are.
  func nonZeros(of rows: Range<Int>) -> Range<Int> {
    Int(starts[rows.lowerBound])..<Int(starts[rows.upperBound])
  }

  /// Reads some rows to their place, and checks them.
  ///
  /// - Throws: `HDF5Error`; `DatasetError` for a column or a value that cannot be, with its row.
  func read(_ rows: Range<Int>) throws {
    let range = nonZeros(of: rows)
    if range.isEmpty { return }
    let columns = unsafe memory.columns(range)
    let values = unsafe memory.values(range)
    var columnSpan = unsafe columns.mutableSpan
    var valueSpan = unsafe values.mutableSpan
    try readColumns(range, into: &columnSpan)
    try readValues(range, into: &valueSpan)
    for row in rows { try order(row, range.lowerBound, &columnSpan, &valueSpan) }
  }

  private func readColumns(_ range: Range<Int>, into columns: inout MutableSpan<Int32>) throws {
    let limit = Int64(columnCount)
    func refuse(_ index: Int64, at offset: Int) -> DatasetError {
      source.problem(
        .malformed, "indices", "columns 0 to \(columnCount - 1)",
        "\(index) in row \(row(of: range.lowerBound + offset))",
        "Write 'shape' and 'indices' of the same matrix.")
    }
    if [.int32, .uint8, .int8, .uint16, .int16].contains(indices.info.elementType) {
      try indices.read(range, into: &columns)
      for place in columns.indices where columns[place] < 0 || Int64(columns[place]) >= limit {
        throw refuse(Int64(columns[place]), at: place)
      }
    } else {
      var wide = [Int64](repeating: 0, count: range.count)
      var span = wide.mutableSpan
      try indices.read(range, into: &span)
      for place in wide.indices {
        guard wide[place] >= 0, wide[place] < limit else { throw refuse(wide[place], at: place) }
        columns[place] = Int32(wide[place])
      }
    }
  }

  private func readValues(_ range: Range<Int>, into values: inout MutableSpan<Float>) throws {
    switch data.info.elementType {
    case .float16, .float32:
      try data.read(range, into: &values)
      let factor = Float(scale)
      if factor != 1 { for place in values.indices { values[place] *= factor } }
    case .float64: try convert(range, into: &values) { (x: Double) in Float(x * scale) }
    default: try convert(range, into: &values) { (x: Int64) in Float(Double(x) * scale) }
    }
    for place in values.indices where !values[place].isFinite {
      throw source.problem(
        .notFinite, "data", "finite values within the range of float32",
        "\(values[place]) in row \(row(of: range.lowerBound + place))",
        "Remove or replace such values; training cannot use them.")
    }
  }

  private func convert<Stored: HDF5Element & ExpressibleByIntegerLiteral>(
    _ range: Range<Int>, into values: inout MutableSpan<Float>, _ number: (Stored) -> Float
  ) throws {
    var stored = [Stored](repeating: 0, count: range.count)
    var span = stored.mutableSpan
    try data.read(range, into: &span)
    for place in stored.indices { values[place] = number(stored[place]) }
  }

  /// Brings a row's columns into ascending order.
  private func order(
    _ row: Int, _ first: Int, _ columns: inout MutableSpan<Int32>,
    _ values: inout MutableSpan<Float>
  ) throws {
    let places = Int(starts[row]) - first..<Int(starts[row + 1]) - first
    var isSorted = true
    for place in places.dropFirst() where columns[place - 1] >= columns[place] { isSorted = false }
    if isSorted { return }
    var entries: [(column: Int32, value: Float)] = []
    for place in places { entries.append((columns[place], values[place])) }
    entries.sort { $0.column < $1.column }
    for (place, entry) in zip(places, entries) {
      (columns[place], values[place]) = (entry.column, entry.value)
    }
    for place in places.dropFirst() where columns[place - 1] == columns[place] {
      throw source.problem(
        .malformed, "indices", "each column at most once in a row",
        "column \(columns[place]) twice in row \(row)",
        "Call scipy's sum_duplicates() before writing.")
    }
  }

  /// The row of a non-zero.
  private func row(of position: Int) -> Int { CompressedMatrix.line(of: position, starts) }
}

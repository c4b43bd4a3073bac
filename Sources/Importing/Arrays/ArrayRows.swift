/// The rows of an array, decoded block by block, in bounded memory.
struct ArrayRows<Element> {
  let array: NamedArray
  /// Bytes of an element.
  let size: Int
  let zero: Element
  /// nil where one is beyond what a dataset holds.
  let decode: ([UInt8]) -> [Element]?
  /// Bytes of rows that are held at a time where an array lies column by column.
  var heldBytes = 1 << 28

  private var rowCount: Int { array.header.shape.first ?? 1 }
  private var rowSize: Int { array.header.rowSize }

  /// Calls `body` with whole rows, in order.
  ///
  /// - Parameter step: Told how far it has come, 0...1.
  func forEachBlock(_ step: (Double) throws -> Void, _ body: ([Element]) throws -> Void) throws {
    if array.header.isFortranOrdered, rowSize > 1 {
      try forEachTurnedBlock(step, body)
    } else {
      let bytes = try array.open()
      let block = max(1, (1 << 20) / (rowSize * size))
      for first in stride(from: 0, to: rowCount, by: block) {
        try body(try elements(of: bytes, min(block, rowCount - first) * rowSize))
        try step(Double(first) / Double(rowCount))
      }
      try requireEnd(bytes)
    }
  }

  private func elements(of bytes: any ByteSource, _ count: Int) throws(ImportError) -> [Element] {
    guard let values = decode(try bytes.read(count * size)) else {
      throw bytes.malformed("numbers below 2⁶³, and texts in Unicode", "others")
    }
    return values
  }

  /// Reads to the end, where a checksum is looked at.
  private func requireEnd(_ bytes: any ByteSource) throws(ImportError) {
    guard try bytes.some(1).isEmpty else {
      throw bytes.malformed("the end behind \(array.header.text)", "more bytes")
    }
  }

  /// Column by column: a pass for each block of rows.
  private func forEachTurnedBlock(
    _ step: (Double) throws -> Void, _ body: ([Element]) throws -> Void
  ) throws {
    let places = rowPlaces()
    let held = max(1, heldBytes / (rowSize * size))
    for first in stride(from: 0, to: rowCount, by: held) {
      let rows = first..<min(rowCount, first + held)
      var block = [Element](repeating: zero, count: rows.count * rowSize)
      let bytes = try array.open()
      var (column, row, left) = (0, 0, rowCount * rowSize)
      while left > 0 {
        let values = try elements(of: bytes, min(left, (1 << 20) / size))
        left -= values.count
        var i = 0
        while i < values.count {
          let run = min(rowCount - row, values.count - i)
          for taken in rows.clamped(to: row..<row + run) {
            block[(taken - first) * rowSize + places[column]] = values[i + taken - row]
          }
          (i, row) = (i + run, row + run)
          if row == rowCount { (row, column) = (0, column + 1) }
        }
        let share = 1 - Double(left) / Double(rowCount * rowSize)
        try step((Double(first) + share * Double(rows.count)) / Double(rowCount))
      }
      try requireEnd(bytes)
      try body(block)
    }
  }

  /// Where in a row each column lies, in the order in which columns are stored: the first axis changes fastest.
  private func rowPlaces() -> [Int] {
    let extents = Array(array.header.shape.dropFirst())
    var places = [0]
    for axis in extents.indices {
      let stride = extents[(axis + 1)...].reduce(1, *)
      places = (0..<extents[axis]).flatMap { i in places.map { $0 + i * stride } }
    }
    return places
  }
}

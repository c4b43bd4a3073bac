internal import Datasets
internal import Examples
internal import HDF5
internal import KernelCalls

/// A matrix by its non-zeros made of any bytes, and what has to hold of one that is read.
enum MatrixFile {
  /// Bytes that make `[[0, 1, 0, 1], [0, 0, 0, 0], [2, 0, 0, 2]]`.
  static let seed: [UInt8] = [
    3, 4, 4, 0, 2, 2, 4, 4, 1, 3, 0, 3, 4, 0x7F, 0x7F, 0x80, 0x80, 0,
  ]

  /// Writes a group `X` in CSR or CSC form.
  static func write(_ bytes: [UInt8], to path: String) throws {
    var input = Input(bytes: bytes[...])
    let file = try HDF5File.create(at: path)
    let shape = [input.number(Int.self), input.number(Int.self)]
    let (starts, columns) = (input.numbers(Int64.self), input.numbers(Int32.self))
    let data = (0..<input.byte() % 24).map { _ in Float(bitPattern: UInt32(input.byte()) << 23) }
    try file.createGroup("X")
    try file.write("X/indptr", shape: [starts.count], values: starts.span)
    try file.write("X/indices", shape: [columns.count], values: columns.span)
    try file.write("X/data", shape: [data.count], values: data.span)
    try file.setAttribute("shape", of: "X", to: .integers(shape))
    let form = input.byte()
    if form % 4 == 1 {
      let scale = Double(bitPattern: UInt64(input.byte()) << 55)
      try file.setAttribute("scale", of: "X", to: .real(scale))
    }
    if form % 4 == 2 {
      try file.setAttribute("encoding-type", of: "X", to: .string("csc_matrix"))
    }
    try file.close()
  }

  /// Reads it; what is not refused has finite values, and columns that ascend in every row.
  static func read(_ path: String) {
    guard let found = try? DatasetReader.open(file: path, dataset: "X"), let rows = found.sparse
    else { return }
    let width = rows.exampleShape[0]
    unsafe rows.withRows { matrix in
      for row in 0..<rows.exampleCount {
        var next = 0
        for place in unsafe Int(matrix.starts[row])..<Int(matrix.starts[row + 1]) {
          let (column, value) = unsafe (Int(matrix.columns[place]), matrix.values[place])
          precondition(column >= next && column < width, "row \(row): column \(column)")
          precondition(value.isFinite, "row \(row): \(value)")
          next = column + 1
        }
      }
    }
  }

  /// Bytes that are taken one after another; 0 where there are no more.
  private struct Input {
    var bytes: ArraySlice<UInt8>

    mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

    /// Most often small, and sometimes at the edge of what fits.
    mutating func number<T: FixedWidthInteger>(_: T.Type) -> T {
      switch byte() {
      case 0x7F: .max
      case 0x80: .min
      case 0x81: T(truncatingIfNeeded: Int64(1) << Int64(byte() % 64))
      case let small: T(Int8(bitPattern: small))
      }
    }

    mutating func numbers<T: FixedWidthInteger>(_ type: T.Type) -> [T] {
      (0..<byte() % 24).map { _ in number(type) }
    }
  }
}

import Glibc
import HDF5

/// The arrays of a matrix in CSR form: what passes the checks is one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var input = Input(bytes: UnsafeBufferPointer(start: start, count: count)[...])
  let path = "/dev/shm/vae-dp-fuzz-rows-\(getpid())"
  do {
    try write(&input, to: path)
    let file = try HDF5File(reading: path)
    try read(CSRGroup(file: file, filePath: path, group: "X"))
  } catch { _ = "\(error)" }
  unlink(path)
  return 0
}

/// Bytes that are taken one after another; 0 where there are no more.
private struct Input {
  var bytes: Slice<UnsafeBufferPointer<UInt8>>

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

private func write(_ input: inout Input, to path: String) throws {
  let file = try HDF5File.create(at: path)
  let shape = [input.number(Int.self), input.number(Int.self)]
  let (starts, columns) = (input.numbers(Int64.self), input.numbers(Int32.self))
  let data = (0..<input.byte() % 24).map { _ in Float(bitPattern: UInt32(input.byte()) << 23) }
  try file.createGroup("X")
  try file.write("X/indptr", shape: [starts.count], values: starts.span)
  try file.write("X/indices", shape: [columns.count], values: columns.span)
  try file.write("X/data", shape: [data.count], values: data.span)
  try file.setAttribute("shape", of: "X", to: .integers(shape))
  if input.byte() % 4 == 1 {
    let scale = Double(bitPattern: UInt64(input.byte()) << 55)
    try file.setAttribute("scale", of: "X", to: .real(scale))
  }
  try file.close()
}

/// In the order of `CSRFormat.open`.
private func read(_ matrix: CSRGroup) throws {
  try matrix.requireRows()
  let (rows, count) = try matrix.shape(isMember: false)
  let starts = try matrix.starts(rows: rows, columns: count)
  var columns = try matrix.columns(below: count, starts)
  var values = try matrix.values(count: columns.count, scale: try matrix.scale(argument: nil))
  try matrix.requireFinite(values, starts)
  try matrix.sort(&columns, &values, starts)
  precondition(starts.count == rows + 1 && starts[0] == 0 && values.count == columns.count)
  precondition(Int(starts[rows]) == columns.count && values.allSatisfy(\.isFinite))
  for row in 0..<rows {
    let own = columns[Int(starts[row])..<Int(starts[row + 1])]
    precondition(zip(own, own.dropFirst()).allSatisfy { $0 < $1 }, "row \(row): \(own)")
    precondition(own.allSatisfy { $0 >= 0 && $0 < count }, "row \(row): \(own)")
  }
}

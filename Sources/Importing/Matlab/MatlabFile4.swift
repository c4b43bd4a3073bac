/// Version 4 of MATLAB's files: a header of five integers before each matrix.
enum MatlabFile4 {
  static func variables(
    _ path: String, _ bytes: [UInt8], _ step: (Double) throws -> Void
  ) throws -> [MatlabArray] {
    // The first integer is below 5000 in the right order.
    let isBigEndian = bytes.count >= 4 && bytes[0] == 0 && (bytes[2] != 0 || bytes[3] != 0)
    var file = MatlabBytes(path, bytes, isBigEndian: isBigEndian)
    var variables: [MatlabArray] = []
    while !file.isAtEnd {
      try step(Double(file.place) / Double(bytes.count))
      variables.append(try variable(&file))
    }
    return variables
  }

  private static func variable(_ file: inout MatlabBytes) throws(ImportError) -> MatlabArray {
    // Thousands: byte order; tens: how numbers are stored; ones: full, text or sparse.
    let type = try file.word()
    let shape = [try file.word(), try file.word()]
    let (isComplex, nameLength) = (try file.word() != 0, try file.word())
    let (storage, kind) = (type / 10 % 10, type % 10)
    guard type < 5000, type / 100 % 10 == 0, storage <= 5, kind <= 2 else {
      throw file.malformed("the header of a matrix of version 4", "the type \(type)")
    }
    let name = String(decoding: try file.take(nameLength).all.prefix { $0 != 0 }, as: UTF8.self)
    let count = try MatlabFile.elementCount(shape, file)
    let size = [8, 4, 4, 2, 2, 1][storage]
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: isComplex ? 2 * size : size)
    guard !overflow else { throw file.malformed("extents of a matrix", "\(shape)") }
    let data = try file.take(byteCount)
    var array = MatlabArray(name: name, shape: shape, content: .other("characters"))
    if kind == 1 { return array }
    if isComplex {
      array.content = .other("complex numbers")
      return array
    }
    let numbers = numbers(data, storage)
    array.content = .numbers(numbers)
    return kind == 2 ? try sparse(array, numbers.doubles, data) : array
  }

  private static func numbers(_ data: MatlabBytes, _ storage: Int) -> MatlabNumbers {
    switch storage {
    case 0: .double(data.integers(UInt64.self).map { Double(bitPattern: $0) })
    case 1: .float(data.integers(UInt32.self).map { Float(bitPattern: $0) })
    case 2: .int32(data.integers(UInt32.self).map { Int32(bitPattern: $0) })
    case 3: .int32(data.integers(UInt16.self).map { Int32(Int16(bitPattern: $0)) })
    case 4: .int32(data.integers(UInt16.self).map { Int32($0) })
    default: .uint8(data.all)
    }
  }

  /// A sparse matrix: rows, columns, counted from 1, and values, one column of a matrix each; the last row is the extents.
  private static func sparse(
    _ array: MatlabArray, _ values: [Double], _ data: MatlabBytes
  ) throws(ImportError) -> MatlabArray {
    let count = array.shape[0]
    guard array.shape[1] == 3, count >= 1 else {
      throw data.malformed("a sparse matrix of three columns", "shape \(array.shape)")
    }
    let whole = values[..<(2 * count)].map { Int(exactly: $0) ?? -1 }
    let shape = [whole[count - 1], whole[2 * count - 1]]
    let columns = whole[count..<2 * count - 1].map { $0 - 1 }
    // No more columns than a file of this version could be made of.
    guard shape.allSatisfy({ (0...Int(Int32.max)).contains($0) }), shape[1] <= 1 << 26,
      whole[..<(count - 1)].allSatisfy({ (1...max(1, shape[0])).contains($0) }),
      columns.allSatisfy({ (0..<shape[1]).contains($0) })
    else { throw data.malformed("rows and columns inside the matrix", "others") }
    var starts = [Int](repeating: 0, count: shape[1] + 1)
    for column in columns { starts[column + 1] += 1 }
    for column in 0..<shape[1] { starts[column + 1] += starts[column] }
    let order = columns.indices.sorted { (columns[$0], $0) < (columns[$1], $1) }
    return MatlabArray(
      name: array.name, shape: shape,
      content: .sparse(
        MatlabSparse(
          rows: order.map { whole[$0] - 1 }, starts: starts,
          values: order.map { values[2 * count + $0] })))
  }
}

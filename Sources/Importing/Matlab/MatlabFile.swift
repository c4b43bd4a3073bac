/// The variables of a MATLAB file of version 5 to 7, or 4.
///
/// - Source: MathWorks, "MAT-File Format", 2019.
enum MatlabFile {
  /// The most bytes of a file: 4 GiB, which these versions cannot exceed in a variable.
  private static let largestFile = 1 << 32

  /// Reads all variables.
  ///
  /// - Throws: `ImportError.unsupported` for version 7.3, `.malformed`, `.tooLarge`.
  static func variables(
    reading path: String, _ step: (Double) throws -> Void
  ) throws -> [MatlabArray] {
    let bytes = try ByteStream(path).all(limit: largestFile)
    if bytes.starts(with: "MATLAB 7.3".utf8)
      || bytes.starts(with: "\u{89}HDF".unicodeScalars.map { UInt8($0.value) })
    {
      throw ImportError(
        code: .unsupported, file: path, expected: "version 4 to 7 of MATLAB's files",
        found: "version 7.3, which is HDF5",
        remedy: #"Train on it as it is: "data": { "file": "\#(path)" }."#)
    }
    // By the specification, one of the first four bytes is zero in version 4 and in no other.
    if bytes.prefix(4).contains(0) { return try MatlabFile4.variables(path, bytes, step) }
    guard bytes.count >= 128,
      ["MI", "IM"].contains(String(decoding: bytes[126..<128], as: UTF8.self))
    else {
      throw ImportError(
        code: .malformed, file: path, expected: "a MATLAB file", found: "other first bytes",
        remedy: "Write the file again, with save -v7 in MATLAB.")
    }
    var file = MatlabBytes(path, bytes, isBigEndian: bytes[126] == UInt8(ascii: "M"))
    file.skip(128)
    var variables: [MatlabArray] = []
    while !file.isAtEnd {
      try step(Double(file.place) / Double(bytes.count))
      var element = try Element(&file, isCompressible: true)
      if element.type == 15 {
        var unpacked = try element.data.inflated()
        element = try Element(&unpacked)
      }
      // Others hold no variable.
      if element.type == 14 { variables.append(try array(element.data, depth: 0)) }
    }
    return variables
  }

  /// A piece of data with its type.
  private struct Element {
    let type: Int
    let data: MatlabBytes

    init(_ source: inout MatlabBytes, isCompressible: Bool = false) throws(ImportError) {
      let tag = try source.word()
      if tag >> 16 != 0 {
        // Up to four bytes stand beside type and count.
        type = tag & 0xFFFF
        var four = try source.take(4)
        data = try four.take(tag >> 16)
        return
      }
      type = tag
      let count = try source.word()
      data = try source.take(count)
      if type != 15 { source.skip((8 - count % 8) % 8) }
    }

    /// Its numbers in the type that fits a class.
    func numbers(of kind: Int) throws(ImportError) -> MatlabNumbers {
      switch kind {
      case 6: return .double(try doubles())
      case 7:
        return .float(
          type == 7
            ? data.integers(UInt32.self).map { Float(bitPattern: $0) }
            : try doubles().map { Float($0) })
      case 9: return .uint8(type == 2 ? data.all : try whole(UInt8.self))
      case 8, 10, 11, 12: return .int32(try whole(Int32.self))
      default: return .int64(try whole(Int64.self))
      }
    }

    /// Integers, of whichever type they are stored in.
    func whole<T: FixedWidthInteger>(_ target: T.Type) throws(ImportError) -> [T] {
      func convert<S: FixedWidthInteger>(_ values: [S]) throws(ImportError) -> [T] {
        var result: [T] = []
        result.reserveCapacity(values.count)
        for value in values {
          guard let exact = T(exactly: value) else {
            throw data.malformed("integers of \(T.bitWidth) bits", "\(value)")
          }
          result.append(exact)
        }
        return result
      }
      switch type {
      case 1: return try convert(data.all.map { Int8(bitPattern: $0) })
      case 2: return try convert(data.all)
      case 3: return try convert(data.integers(UInt16.self).map { Int16(bitPattern: $0) })
      case 4: return try convert(data.integers(UInt16.self))
      case 5: return try convert(data.integers(UInt32.self).map { Int32(bitPattern: $0) })
      case 6: return try convert(data.integers(UInt32.self))
      case 12: return try convert(data.integers(UInt64.self).map { Int64(bitPattern: $0) })
      case 13: return try convert(data.integers(UInt64.self))
      default: throw data.malformed("integers", "elements of type \(type)")
      }
    }

    func doubles() throws(ImportError) -> [Double] {
      switch type {
      case 7: return data.integers(UInt32.self).map { Double(Float(bitPattern: $0)) }
      case 9: return data.integers(UInt64.self).map { Double(bitPattern: $0) }
      default: return try whole(Int64.self).map { Double($0) }
      }
    }
  }

  private static func array(_ data: MatlabBytes, depth: Int) throws(ImportError) -> MatlabArray {
    var data = data
    if data.isAtEnd { return MatlabArray(name: "", shape: [0, 0], content: .other("nothing")) }
    let flags = try Element(&data).data.integers(UInt32.self)
    let shape = try Element(&data).whole(Int32.self).map { Int($0) }
    let name = String(decoding: try Element(&data).data.all, as: UTF8.self)
    guard let flag = flags.first else { throw data.malformed("flags of an array", "none") }
    let (kind, isComplex) = (Int(flag & 0xFF), flag & 0x0800 != 0)
    let count = try elementCount(shape, data)
    var array = MatlabArray(name: name, shape: shape, content: .other("values of class \(kind)"))
    switch kind {
    case 6...15 where isComplex: array.content = .other("complex numbers")
    case 6...15:
      let numbers = try Element(&data).numbers(of: kind)
      guard numbers.count == count else {
        throw data.malformed("\(count) elements of \(array.text)", "\(numbers.count)")
      }
      array.content = .numbers(numbers)
    case 5 where isComplex: array.content = .other("complex sparse numbers")
    case 5:
      let rows = try Element(&data).whole(Int32.self).map { Int($0) }
      let starts = try Element(&data).whole(Int32.self).map { Int($0) }
      let values = try Element(&data).doubles()
      array.content = .sparse(try sparse(rows, starts, values, shape, data))
    case 1:
      guard depth < 8 else { throw data.malformed("cells in at most 8 cells", "more") }
      var cells: [MatlabArray] = []
      while cells.count < count {
        let element = try Element(&data)
        guard element.type == 14 else {
          throw data.malformed("cells that are arrays", "elements of type \(element.type)")
        }
        cells.append(try Self.array(element.data, depth: depth + 1))
      }
      array.content = .cells(cells)
    case 2: array.content = .other("structures")
    case 4: array.content = .other("characters")
    default: break
    }
    return array
  }

  /// Elements of a shape.
  static func elementCount(_ shape: [Int], _ data: MatlabBytes) throws(ImportError) -> Int {
    var count = 1
    guard (2...31).contains(shape.count) else {
      throw data.malformed("an array of 2 to 31 axes", "\(shape.count)")
    }
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { throw data.malformed("extents of an array", "\(shape)") }
      count = product
    }
    return count
  }

  /// Checks a sparse matrix.
  private static func sparse(
    _ rows: [Int], _ starts: [Int], _ values: [Double], _ shape: [Int], _ data: MatlabBytes
  ) throws(ImportError) -> MatlabSparse {
    // Rows and values may be more than there are non-zeros: room that was never filled.
    guard shape.count == 2, starts.count == shape[1] + 1, starts[0] == 0,
      zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 }), let count = starts.last,
      rows.count >= count, values.count >= count,
      rows.prefix(count).allSatisfy({ (0..<shape[0]).contains($0) })
    else { throw data.malformed("a sparse matrix of shape \(shape)", "other rows or columns") }
    return MatlabSparse(
      rows: Array(rows.prefix(count)), starts: starts, values: Array(values.prefix(count)))
  }
}

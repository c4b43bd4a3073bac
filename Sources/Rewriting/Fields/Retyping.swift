internal import HDF5

/// Numbers written as another type, where each stays what it is; from float64 to float32 it may be rounded.
struct Retyping {
  private let rows: DatasetRows
  private let target: ElementType
  private let isRounded: Bool
  private let file: String

  init(_ rows: DatasetRows, to target: ElementType, _ contents: FileContents) throws {
    (self.rows, self.target, file) = (rows, target, contents.path)
    let source = rows.info.elementType
    isRounded = source == .float64 && target == .float32
    guard source.isInteger || [.float16, .float32, .float64].contains(source) else {
      throw contents.problem(
        .unsupported, at: rows.info.path, "numbers to be written as \(target)", "\(source)",
        "Name the dataset that is meant with dataset=NAME.")
    }
  }

  /// Types that can be asked for.
  static let types: [ElementType] = [
    .uint8, .int8, .uint16, .int16, .uint32, .int32, .int64, .float16, .float32, .float64,
  ]

  /// Reads rows as bytes of the new type.
  ///
  /// - Throws: `RewriteError.lossy` at the first value that it does not hold.
  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    if rows.info.elementType.isInteger {
      let values: [Int64] = try values(range)
      switch target {
      case .uint8: return try bytes(values, range) { UInt8(exactly: $0) }
      case .int8: return try bytes(values, range) { Int8(exactly: $0) }
      case .uint16: return try bytes(values, range) { UInt16(exactly: $0) }
      case .int16: return try bytes(values, range) { Int16(exactly: $0) }
      case .uint32: return try bytes(values, range) { UInt32(exactly: $0) }
      case .int32: return try bytes(values, range) { Int32(exactly: $0) }
      case .float16: return try bytes(values, range) { Float16(exactly: $0) }
      case .float32: return try bytes(values, range) { Float(exactly: $0) }
      case .float64: return try bytes(values, range) { Double(exactly: $0) }
      default: return try bytes(values, range) { $0 }
      }
    }
    let values: [Double] = try values(range)
    let isRounded = isRounded
    switch target {
    case .uint8: return try bytes(values, range) { UInt8(exactly: $0) }
    case .int8: return try bytes(values, range) { Int8(exactly: $0) }
    case .uint16: return try bytes(values, range) { UInt16(exactly: $0) }
    case .int16: return try bytes(values, range) { Int16(exactly: $0) }
    case .uint32: return try bytes(values, range) { UInt32(exactly: $0) }
    case .int32: return try bytes(values, range) { Int32(exactly: $0) }
    case .int64: return try bytes(values, range) { Int64(exactly: $0) }
    case .float16:
      return try bytes(values, range) { value in
        let half = Float16(value)
        return value.isNaN || Double(half) == value ? half : nil
      }
    case .float32:
      return try bytes(values, range) { value in
        let single = Float(value)
        let isHeld = isRounded ? single.isFinite || !value.isFinite : Double(single) == value
        return value.isNaN || isHeld ? single : nil
      }
    default: return try bytes(values, range) { $0 }
    }
  }

  private func values<T: HDF5Element & ExpressibleByIntegerLiteral>(
    _ range: Range<Int>
  ) throws -> [T] {
    var values = [T](repeating: 0, count: range.count * rowSize)
    var span = values.mutableSpan
    try rows.read(range, into: &span)
    return values
  }

  private var rowSize: Int { rows.info.shape.dropFirst().reduce(1, *) }

  private func bytes<Value, Result: BitwiseCopyable>(
    _ values: [Value], _ range: Range<Int>, _ convert: (Value) -> Result?
  ) throws -> [UInt8] {
    var results: [Result] = []
    results.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      guard let result = convert(value) else {
        throw RewriteError(
          code: .lossy, file: file, object: rows.info.path,
          expected: "numbers that \(target) holds as they are",
          found: "\(value) in row \(range.lowerBound + index / rowSize)",
          remedy: "Choose a wider type, or mend the value.")
      }
      results.append(result)
    }
    return unsafe results.withUnsafeBytes { unsafe Array($0) }
  }
}

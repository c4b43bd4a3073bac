internal import HDF5

/// A dataset's values in short.
public struct ValueSummary: Encodable, Sendable {
  /// The smallest finite value.
  public var minimum = Double.infinity
  /// The largest finite value.
  public var maximum = -Double.infinity
  /// The mean of the finite values.
  public var mean = 0.0
  /// How many values are NaN or infinite.
  public var notFinite = 0
  /// How many of these are NaN, which stands for what is missing.
  public var missing = 0
  /// How often the finite values come; nil where they are all the same.
  public var histogram: Histogram?
  /// How many leading rows these figures are of.
  public var rows = 0

  /// Most bytes, as read into memory, that are looked at: 64 MiB.
  private static let byteLimit = 64 << 20

  /// Reads the leading rows of a dataset; nil where it holds no numbers.
  ///
  /// - Throws: `HDF5Error` where they cannot be read.
  init?(_ info: DatasetInfo, in file: HDF5File) throws {
    switch info.elementType {
    case .bool, .uint8: try read(info, UInt8.self, file) { Double($0) }
    case .int8, .uint16, .int16, .int32: try read(info, Int32.self, file) { Double($0) }
    case .uint32, .int64, .uint64, .enumeration: try read(info, Int64.self, file) { Double($0) }
    case .float16, .float32: try read(info, Float.self, file) { Double($0) }
    case .float64: try read(info, Double.self, file) { $0 }
    case .string, .other: return nil
    }
    // JSON has no infinity.
    if minimum > maximum { (minimum, maximum) = (0, 0) }
  }

  private mutating func read<T: HDF5Element & ExpressibleByIntegerLiteral>(
    _ info: DatasetInfo, _ type: T.Type, _ file: HDF5File, _ number: (T) -> Double
  ) throws {
    guard let rowCount = info.shape.first, info.elementCount > 0 else { return }
    let rowSize = info.elementCount / rowCount
    let most = Self.byteLimit / MemoryLayout<T>.size
    guard rowSize <= most else { return }
    rows = min(rowCount, most / rowSize)
    var block = [T](repeating: 0, count: rows * rowSize)
    var span = block.mutableSpan
    try DatasetRows(info.path, of: file).read(0..<rows, into: &span)
    var (sum, count) = (0.0, 0)
    for index in span.indices {
      let value = number(span[index])
      guard value.isFinite else {
        notFinite += 1
        if value.isNaN { missing += 1 }
        continue
      }
      (minimum, maximum) = (min(minimum, value), max(maximum, value))
      sum += value
      count += 1
    }
    mean = count == 0 || !sum.isFinite ? 0 : sum / Double(count)
    guard minimum < maximum else { return }
    var histogram = Histogram(from: minimum, to: maximum)
    for index in span.indices {
      let value = number(span[index])
      if value.isFinite { histogram.add(value) }
    }
    self.histogram = histogram
  }
}

internal import HDF5
internal import Storage

/// How rows of a dataset come into memory: block by block, converted, on several threads at once.
///
/// Safety: a call writes to its rows' place in `memory` alone, which are elements of all examples where a stored row is no
/// example; no two calls have a row in common.
struct RowReading: Sendable {
  let rows: DatasetRows
  let layout: ExampleLayout
  /// What floats are multiplied by; bytes stay as they are.
  let scale: Double
  let element: MemoryExamples.Element
  let memory: SharedMemory
  let filePath: String

  /// Reads some stored rows to their place, channels last, and checks their values.
  ///
  /// Every row passes here once, a small data set's before it is opened, others' in the background:
  /// whatever else wants to see all values belongs here.
  /// - Throws: `HDF5Error`; `DatasetError` where a value is NaN or infinite, with its row.
  func read(_ range: Range<Int>) throws {
    switch rows.info.elementType {
    case .bool, .uint8:
      guard layout.isByExample else { return try spread(range) { (value: UInt8, _) in value } }
      let buffer = unsafe buffer(of: range, as: UInt8.self)
      var target = unsafe buffer.mutableSpan
      try fill(&target, range)
    case .float16, .float32:
      guard layout.isByExample else {
        return try convert(range) { (value: Float) in value * Float(scale) }
      }
      let buffer = unsafe buffer(of: range, as: Float.self)
      var target = unsafe buffer.mutableSpan
      try fill(&target, range)
      let factor = Float(scale)
      if factor != 1 { for index in target.indices { target[index] *= factor } }
      try requireFinite(target.span, range)
    case .float64: try convert(range) { (value: Double) in Float(value * scale) }
    case .int8, .int16, .uint16, .int32:
      try convert(range) { (value: Int32) in Float(Double(value) * scale) }
    default: try convert(range) { (value: Int64) in Float(Double(value) * scale) }
    }
  }

  /// Reads rows of numbers that become floats one by one.
  private func convert<Stored: HDF5Element & ExpressibleByIntegerLiteral>(
    _ range: Range<Int>, _ number: (Stored) -> Float
  ) throws {
    guard layout.isByExample else {
      var bad: (value: Float, row: Int)?
      try spread(range) { (value: Stored, example: Int) in
        let result = number(value)
        if !result.isFinite, example < bad?.row ?? .max { bad = (result, example) }
        return result
      }
      if let bad { throw notFinite(bad.value, row: bad.row) }
      return
    }
    let buffer = unsafe buffer(of: range, as: Float.self)
    var target = unsafe buffer.mutableSpan
    try place(range, into: &target, number)
    try requireFinite(target.span, range)
  }

  /// About so many bytes of stored rows, or one chunk if that is larger, so that each chunk is decoded once.
  func rowsPerBlock(_ byteCount: Int = 1 << 20) -> Int {
    let size = layout.isByExample ? rowBytes : layout.rowCount * element.size
    let rowCount = max(1, byteCount / size)
    guard let chunk = rows.info.chunkRows, chunk > 1 else { return rowCount }
    return max(1, rowCount / chunk) * chunk
  }

  /// Whether a byte is above 1, of some examples.
  ///
  /// - Precondition: the elements are bytes, and these examples are read.
  func hasGreyLevels(_ range: Range<Int>) -> Bool {
    let bytes = unsafe buffer(of: range, as: UInt8.self)
    var maximum: UInt8 = 0
    for index in bytes.indices { unsafe maximum = max(maximum, bytes[index]) }
    return maximum > 1
  }

  /// Bytes that an example takes.
  var rowBytes: Int { layout.exampleSize * element.size }

  /// Gives the memory of some examples back.
  func release(_ range: Range<Int>) {
    memory.release(range.lowerBound * rowBytes..<range.upperBound * rowBytes)
  }

  /// The place of some rows.
  private func buffer<Element: BitwiseCopyable>(
    of range: Range<Int>, as type: Element.Type
  ) -> UnsafeMutableBufferPointer<Element> {
    let count = range.count * layout.exampleSize
    let first = unsafe memory.pointer
      .advanced(by: range.lowerBound * layout.exampleSize * MemoryLayout<Element>.size)
      .bindMemory(to: Element.self, capacity: count)
    return unsafe UnsafeMutableBufferPointer(start: first, count: count)
  }

  /// Reads rows that are stored in their type.
  private func fill<Element: HDF5Element & ExpressibleByIntegerLiteral>(
    _ target: inout MutableSpan<Element>, _ range: Range<Int>
  ) throws {
    if layout.strides == nil { return try rows.read(range, into: &target) }
    try place(range, into: &target) { (value: Element) in value }
  }

  /// Reads rows as they are stored.
  private func stored<Stored: HDF5Element & ExpressibleByIntegerLiteral>(
    _ range: Range<Int>, rowSize: Int
  ) throws -> [Stored] {
    var block = [Stored](repeating: 0, count: range.count * rowSize)
    var span = block.mutableSpan
    try rows.read(range, into: &span)
    return block
  }

  /// Reads examples as they are stored, and moves each value to its place, channels last.
  private func place<Stored: HDF5Element & ExpressibleByIntegerLiteral, Result: BitwiseCopyable>(
    _ range: Range<Int>, into results: inout MutableSpan<Result>, _ convert: (Stored) -> Result
  ) throws {
    let size = layout.exampleSize
    let block: [Stored] = try stored(range, rowSize: size)
    guard let strides = layout.strides else {
      for index in block.indices { results[index] = convert(block[index]) }
      return
    }
    let extents = layout.exampleShape
    var target = 0
    for row in 0..<range.count {
      for y in 0..<extents[0] {
        for x in 0..<extents[1] {
          let pixel = row * size + y * strides[0] + x * strides[1]
          for channel in 0..<extents[2] {
            results[target] = convert(block[pixel + channel * strides[2]])
            target += 1
          }
        }
      }
    }
  }

  /// Reads rows that are elements of each example, and writes them to all of these.
  ///
  /// - Parameter convert: makes what is kept of a value and its example.
  private func spread<Stored: HDF5Element & ExpressibleByIntegerLiteral, Result: BitwiseCopyable>(
    _ range: Range<Int>, _ convert: (Stored, Int) -> Result
  ) throws {
    let (count, size) = (layout.rowCount, layout.exampleSize)
    let block: [Stored] = try stored(range, rowSize: count)
    let base = unsafe memory.pointer.bindMemory(to: Result.self, capacity: count * size)
    for example in 0..<count {
      for (index, element) in range.enumerated() {
        unsafe base[example * size + element] = convert(block[index * count + example], example)
      }
    }
  }

  /// Throws if a value is NaN or infinite, naming its row.
  private func requireFinite(_ values: Span<Float>, _ range: Range<Int>) throws {
    guard let index = values.indices.first(where: { !values[$0].isFinite }) else { return }
    throw notFinite(values[index], row: range.lowerBound + index / layout.exampleSize)
  }

  private func notFinite(_ value: Float, row: Int) -> DatasetError {
    DatasetError(
      code: .notFinite, file: filePath, object: rows.info.path,
      expected: "finite values within the range of float32", found: "\(value) in row \(row)",
      remedy: "Remove or replace such rows; training cannot use them.")
  }
}

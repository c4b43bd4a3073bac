internal import CKernels
public import Examples
internal import Storage

/// A data set in memory as it is stored: bytes stay bytes until a minibatch asks for them.
///
/// Rows of a large file are still being read when the object is there already: `load` waits for some
/// of them, `finishReading` for all. Those of a file that does not fit in memory come and go (`RowStream`).
public final class MemoryExamples: FieldSource {
  /// What the stored elements are.
  enum Element: Int, Sendable {
    case bytes = 1
    case floats = 4

    /// Bytes of one.
    var size: Int { rawValue }
  }

  /// Number of rows.
  public let exampleCount: Int
  /// Extents of one example, channels last: `[H, W, C]` or `[D]`.
  public let exampleShape: [Int]
  /// What stored numbers are multiplied by: bytes at every gather, floats once, when they were read.
  public let scale: Float
  private let element: Element
  /// The elements, row-major, channels last.
  private let memory: SharedMemory
  private let exampleSize: Int
  /// Who still reads them; nil where they were given.
  private let loader: (any RowSupply)?

  /// Examples from bytes, which are copied.
  ///
  /// - Parameters:
  ///   - bytes: Row-major, channels last; a whole number of examples.
  ///   - exampleShape: `[H, W, C]` or `[D]`.
  ///   - scale: What each byte is multiplied by, for example 1/255.
  public convenience init(bytes: [UInt8], exampleShape: [Int], scale: Float) {
    let memory = unsafe bytes.withUnsafeBytes { unsafe Self.copy($0) }
    self.init(memory, .bytes, exampleShape: exampleShape, scale: scale)
  }

  /// Examples from floats, which are copied and given out as they are; `scale` says what they were
  /// multiplied by before.
  ///
  /// - Parameters:
  ///   - floats: Row-major, channels last; a whole number of examples.
  ///   - exampleShape: `[H, W, C]` or `[D]`.
  public convenience init(floats: [Float], exampleShape: [Int], scale: Float = 1) {
    let memory = unsafe floats.withUnsafeBytes { unsafe Self.copy($0) }
    self.init(memory, .floats, exampleShape: exampleShape, scale: scale)
  }

  /// Examples in memory that `loader` fills.
  init(
    _ memory: SharedMemory, _ element: Element, exampleShape: [Int], scale: Float,
    loader: (any RowSupply)? = nil
  ) {
    let size = exampleShape.reduce(1, *)
    let count = memory.byteCount / element.size
    precondition(
      size > 0 && count % size == 0,
      "MemoryExamples: \(count) elements are not rows of shape \(exampleShape)")
    precondition(count / size <= 1 << 32, "MemoryExamples: \(count / size) rows exceed 2^32")
    self.memory = memory
    self.element = element
    self.exampleShape = exampleShape
    self.scale = scale
    self.loader = loader
    exampleSize = size
    exampleCount = count / size
  }

  deinit { loader?.cancel() }

  private static func copy(_ bytes: UnsafeRawBufferPointer) -> SharedMemory {
    guard let memory = SharedMemory(byteCount: bytes.count) else {
      preconditionFailure("MemoryExamples: no memory for \(bytes.count) bytes")
    }
    if let source = bytes.baseAddress {
      unsafe memory.pointer.copyMemory(from: source, byteCount: bytes.count)
    }
    return memory
  }

  /// Bytes of memory that the examples take.
  public var byteCount: Int { memory.byteCount }

  /// Returns once these rows are read.
  ///
  /// - Throws: `DatasetError` or `HDF5Error` for what is wrong with the file.
  public func load(_ rows: Span<UInt32>) throws { try loader?.load(rows) }

  /// As `FieldSource.expect`.
  public func expect(_ order: [UInt32], from start: Int) { loader?.expect(order, from: start) }

  /// How much is in memory at once, where the file is read anew in every epoch.
  public var window: ShuffleWindow? { loader?.window }

  /// Returns once all rows are read, where they stay.
  ///
  /// - Throws: As `load`.
  public func finishReading() throws { try loader?.finish() }

  /// Copies rows as float32, bytes multiplied by `scale`.
  ///
  /// Parameters as in `FieldSource`.
  /// - Precondition: Every row is below `exampleCount` and was loaded.
  @unsafe public func gather(
    _ rows: UnsafeBufferPointer<UInt32>, into values: UnsafeMutablePointer<Float>
  ) {
    let (size, count, scale) = (exampleSize, exampleCount, scale)
    precondition(
      unsafe loader?.hasLoaded(rows.span) ?? true,
      "MemoryExamples: rows are gathered before they were loaded, or are not there")
    for index in rows.indices {
      let row = unsafe rows[index]
      precondition(row < count, "MemoryExamples: row \(row) of \(count)")
      let source = unsafe UnsafeRawPointer(memory.pointer + Int(row) * size * element.size)
      let target = unsafe values + index * size
      switch element {
      case .bytes:
        unsafe vaedp_widen_bytes(
          source.assumingMemoryBound(to: UInt8.self), target, size, scale)
      case .floats:
        unsafe target.update(from: source.assumingMemoryBound(to: Float.self), count: size)
      }
    }
  }
}

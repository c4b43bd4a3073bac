internal import CKernels
public import DataParallel

/// A data set in memory as it is stored: bytes stay bytes until a minibatch asks for them.
public final class MemoryExamples: ExampleSource {
  /// The stored elements, row-major, channels last.
  enum Storage: Sendable {
    case bytes([UInt8])
    case floats([Float])

    var count: Int {
      switch self {
      case .bytes(let values): values.count
      case .floats(let values): values.count
      }
    }
  }

  /// Number of rows.
  public let exampleCount: Int
  /// Extents of one example, channels last: `[H, W, C]` or `[D]`.
  public let exampleShape: [Int]
  /// What stored numbers are multiplied by: bytes at every gather, floats once, when they were read.
  public let scale: Float
  private let storage: Storage
  private let exampleSize: Int

  /// Examples from bytes.
  ///
  /// - Parameters:
  ///   - bytes: Row-major, channels last; a whole number of examples.
  ///   - exampleShape: `[H, W, C]` or `[D]`.
  ///   - scale: What each byte is multiplied by, for example 1/255.
  public convenience init(bytes: [UInt8], exampleShape: [Int], scale: Float) {
    self.init(.bytes(bytes), exampleShape: exampleShape, scale: scale)
  }

  /// Examples from floats, given out as they are; `scale` says what they were multiplied by before.
  ///
  /// - Parameters:
  ///   - floats: Row-major, channels last; a whole number of examples.
  ///   - exampleShape: `[H, W, C]` or `[D]`.
  public convenience init(floats: [Float], exampleShape: [Int], scale: Float = 1) {
    self.init(.floats(floats), exampleShape: exampleShape, scale: scale)
  }

  init(_ storage: Storage, exampleShape: [Int], scale: Float) {
    let size = exampleShape.reduce(1, *)
    precondition(
      size > 0 && storage.count % size == 0,
      "MemoryExamples: \(storage.count) elements are not rows of shape \(exampleShape)")
    precondition(
      storage.count / size <= 1 << 32, "MemoryExamples: \(storage.count / size) rows exceed 2^32")
    self.storage = storage
    self.exampleShape = exampleShape
    self.scale = scale
    exampleSize = size
    exampleCount = storage.count / size
  }

  /// Bytes of memory that the examples take.
  public var byteCount: Int {
    switch storage {
    case .bytes(let values): values.count
    case .floats(let values): values.count * MemoryLayout<Float>.size
    }
  }

  /// Copies rows as float32, bytes multiplied by `scale`.
  ///
  /// Parameters as in `ExampleSource`.
  /// - Precondition: Every row is below `exampleCount`.
  @unsafe public func gather(
    _ rows: UnsafeBufferPointer<UInt32>, into values: UnsafeMutablePointer<Float>
  ) {
    let (size, count, scale) = (exampleSize, exampleCount, scale)
    switch storage {
    case .bytes(let stored):
      unsafe stored.withUnsafeBufferPointer { stored in
        for index in rows.indices {
          let source = unsafe row(rows[index], of: stored, size, count)
          let target = unsafe values + index * size
          unsafe vaedp_widen_bytes(source, target, size, scale)
        }
      }
    case .floats(let stored):
      unsafe stored.withUnsafeBufferPointer { stored in
        for index in rows.indices {
          let source = unsafe row(rows[index], of: stored, size, count)
          unsafe (values + index * size).update(from: source, count: size)
        }
      }
    }
  }
}

/// The start of a row, which must exist.
@inline(__always)
private func row<T>(
  _ row: UInt32, of stored: UnsafeBufferPointer<T>, _ size: Int, _ count: Int
) -> UnsafePointer<T> {
  precondition(row < count, "MemoryExamples: row \(row) of \(count)")
  return unsafe stored.baseAddress.unsafelyUnwrapped + Int(row) * size
}

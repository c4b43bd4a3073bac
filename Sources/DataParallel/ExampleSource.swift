/// Where examples come from; read by several threads at once.
public protocol ExampleSource: AnyObject, Sendable {
  /// Number of examples.
  var exampleCount: Int { get }
  /// Shape of one example, channels last: `[H, W, C]` or `[D]`.
  var exampleShape: [Int] { get }
  /// Copies examples as float32, row after row.
  ///
  /// - Parameters:
  ///   - rows: positions of the examples, each below `exampleCount`.
  ///   - target: room for `rows.count` examples.
  @unsafe func gather(_ rows: UnsafeBufferPointer<UInt32>, into target: UnsafeMutablePointer<Float>)
}

/// Examples as float32 in an array of their own, row after row.
///
/// - Parameter count: floats that the rows have together.
public func gathered(_ rows: [UInt32], from source: any ExampleSource, count: Int) -> [Float] {
  unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
    unsafe rows.withUnsafeBufferPointer { rows in
      if let base = buffer.baseAddress { unsafe source.gather(rows, into: base) }
    }
    initialized = count
  }
}

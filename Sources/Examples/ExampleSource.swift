/// Where examples come from; read by several threads at once.
public protocol ExampleSource: AnyObject, Sendable {
  /// Number of examples.
  var exampleCount: Int { get }
  /// Shape of one example, channels last: `[H, W, C]` or `[D]`.
  var exampleShape: [Int] { get }
  /// Returns once these examples can be copied; the coordinator calls it before workers do.
  ///
  /// - Parameter positions: of the examples, each below `exampleCount`.
  /// - Throws: what is wrong with where they come from.
  /// - Complexity: allocates nothing where they are in memory.
  func load(_ positions: Span<UInt32>) throws
  /// Returns once nothing is read in the background any more.
  ///
  /// - Throws: what is wrong with where the examples come from, also with others than were loaded.
  func finishReading() throws
  /// Copies examples as float32, row after row.
  ///
  /// - Parameters:
  ///   - positions: of the examples, each below `exampleCount`, all loaded.
  ///   - target: room for `positions.count` examples.
  @unsafe func gather(
    _ positions: UnsafeBufferPointer<UInt32>, into target: UnsafeMutablePointer<Float>)
  /// The examples by their non-zeros, at the same positions; nil where they are held dense.
  var sparse: CSRExamples? { get }
}

extension ExampleSource {
  /// Nil.
  public var sparse: CSRExamples? { nil }
}

extension ExampleSource {
  /// Nothing to wait for.
  public func load(_ positions: Span<UInt32>) throws {}
  /// Nothing to wait for.
  public func finishReading() throws {}
}

/// Examples as float32 in an array of their own, row after row.
///
/// - Parameter count: floats that the rows have together.
/// - Throws: what the source's `load` throws.
public func gathered(
  _ positions: [UInt32], from source: any ExampleSource, count: Int
) throws -> [Float] {
  try source.load(positions.span)
  return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
    unsafe positions.withUnsafeBufferPointer { positions in
      if let base = buffer.baseAddress { unsafe source.gather(positions, into: base) }
    }
    initialized = count
  }
}

/// Where a field of examples comes from; read by several threads at once.
public protocol FieldSource: AnyObject, Sendable {
  /// Number of examples.
  var exampleCount: Int { get }
  /// Shape of the field in one example, channels last: `[H, W, C]` or `[D]`.
  var exampleShape: [Int] { get }
  /// The classes' names where the field is one of these; nil for numbers.
  var classes: [String]? { get }
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
  /// Tells in which order examples will be loaded from now on, so that they can be read ahead; they may be loaded in
  /// another all the same.
  ///
  /// - Parameter start: where in `order` the first of them is.
  func expect(_ order: [UInt32], from start: Int)
  /// How much is in memory at once; nil where all is, or will be.
  var window: ShuffleWindow? { get }
  /// Copies the field of examples as float32, row after row.
  ///
  /// - Parameters:
  ///   - positions: of the examples, each below `exampleCount`, all loaded.
  ///   - target: room for `positions.count` examples.
  @unsafe func gather(
    _ positions: UnsafeBufferPointer<UInt32>, into target: UnsafeMutablePointer<Float>)
  /// The field by its non-zeros, at the same positions; nil where it is held dense.
  var sparse: CSRExamples? { get }
}

extension FieldSource {
  /// Nil.
  public var classes: [String]? { nil }
  /// Nil.
  public var sparse: CSRExamples? { nil }
}

extension FieldSource {
  /// Nothing to read ahead.
  public func expect(_ order: [UInt32], from start: Int) {}
  /// Nil.
  public var window: ShuffleWindow? { nil }
}

extension FieldSource {
  /// Nothing to wait for.
  public func load(_ positions: Span<UInt32>) throws {}
  /// Nothing to wait for.
  public func finishReading() throws {}
}

extension FieldSource {
  /// Examples as float32 in an array of their own, row after row: `[positions.count]` + example shape.
  ///
  /// - Throws: what `load` throws.
  public func values(at positions: [UInt32]) throws -> [Float] {
    try load(positions.span)
    let count = positions.count * exampleShape.reduce(1, *)
    return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe positions.withUnsafeBufferPointer { positions in
        if let base = buffer.baseAddress { unsafe gather(positions, into: base) }
      }
      initialized = count
    }
  }
}

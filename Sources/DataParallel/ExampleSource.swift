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

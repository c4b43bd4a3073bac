/// Examples that training takes rows from, in any order.
///
/// The rows are read by several threads at once, so a source does not change once it is in use.
public protocol ExampleSource: Sendable {
  /// Number of rows, at most 2^32.
  var exampleCount: Int { get }
  /// Extents of one example, channels last: `[H, W, C]` or `[D]`.
  var exampleShape: [Int] { get }

  /// Copies rows as float32, one after another; called from several threads at once.
  ///
  /// - Parameters:
  ///   - rows: Indices below `exampleCount`, in any order, repeats allowed.
  ///   - values: `[rows.count, X]`, overwritten; `X` is the product of `exampleShape`.
  /// - Complexity: O(rows.count · X); allocates nothing.
  @unsafe func gather(
    _ rows: UnsafeBufferPointer<UInt32>, into values: UnsafeMutablePointer<Float>)
}

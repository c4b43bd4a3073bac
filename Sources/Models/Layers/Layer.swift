package import Examples

/// A layer of the encoder or the decoder.
///
/// Shapes here are those of one example: `[D]`, or `[H, W, C]` with channels last.
package protocol Layer: ModelChoice {
  /// The shape of what leaves the layer.
  ///
  /// - Parameter fields: what the data have.
  /// - Throws: what the layer needs, where `input` does not fit.
  func outputShape(of input: [Int], fields: [Field]) throws(Misfit) -> [Int]
  /// Rows that a training step needs at least, where the layer looks at several together.
  func fewestRows(of input: [Int]) -> Int
  /// Emits the layer.
  ///
  /// - Parameters:
  ///   - x: `[N]` + input shape, where N is B times the samples per example.
  ///   - name: what the names of its parameters begin with: `encoder.conv1`.
  func emit(_ x: Expression, name: String) -> Expression
  /// Whether an example's result in training depends on the others of its shard.
  var seesShard: Bool { get }
  /// The field of the example that it reads beside what arrives; nil for none.
  var fieldName: String? { get }
}

extension Layer {
  /// Examples go their own ways, unless a layer says otherwise.
  package var seesShard: Bool { false }
  /// None, unless a layer says otherwise.
  package var fieldName: String? { nil }
  /// One, unless a layer says otherwise.
  package func fewestRows(of input: [Int]) -> Int { 1 }
}

/// An example's extents as an image.
struct ImageShape {
  var height: Int
  var width: Int
  var channels: Int

  /// Reads `[H, W, C]`.
  ///
  /// - Throws: what the layer of this key needs, where `shape` is something else.
  init(_ shape: [Int], for key: String) throws(Misfit) {
    guard shape.count == 3 else {
      throw Misfit(
        expected: "images [height, width, channels] for \"\(key)\"", found: "\(shape)",
        remedy: "add { \"reshape\": { \"channels\": …, \"height\": …, \"width\": … } } before it")
    }
    (height, width, channels) = (shape[0], shape[1], shape[2])
  }
}

/// Bounds of sizes in a configuration, far above what is useful and far below what overflows.
enum SizeLimit {
  static let units = 1...(1 << 24)
  static let channels = 1...(1 << 16)
  static let pixels = 1...(1 << 16)
  static let kernel = 1...1024
  static let padding = 0...1023
  static let elementsPerExample = 1 << 31
  /// Of an encoder or decoder; their names and shapes are looked up in a time that grows faster.
  static let layers = 512
}

internal import Configuration
internal import Examples
internal import GraphIR

/// `[H, W, C]` → `[C·H·W]`, channels first as in PyTorch, so that weights mean the same there.
struct FlattenLayer: Layer {
  static let key = "flatten"
  static let meaning = "`[H, W, C]` → `[C·H·W]`, channels first as in PyTorch."

  init(reading options: inout ObjectReader) {}

  func outputShape(of input: [Int], fields: [Field]) -> [Int] { [input.reduce(1, *)] }

  func emit(_ x: Expression, name: String) -> Expression {
    let shape = x.shape
    let (pixels, last) = (Array(1..<shape.rank - 1), shape.rank - 1)
    let pixelCount = pixels.reduce(1) { $0 * shape[$1] }
    // With one channel or one pixel both orders are the same, and nothing has to move.
    let moves = pixelCount > 1 && shape[last] > 1
    let channelsFirst = moves ? x.transposed([0, last] + pixels) : x
    return channelsFirst.reshaped([shape[0], shape.count / shape[0]])
  }
}

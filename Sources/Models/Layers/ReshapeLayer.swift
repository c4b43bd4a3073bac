internal import Configuration
internal import Examples
internal import GraphIR

/// `[C·H·W]`, channels first as in PyTorch, → `[H, W, C]`.
struct ReshapeLayer: Layer {
  static let key = "reshape"
  static let meaning = "`[C·H·W]`, channels first → `[H, W, C]`."
  let channels: Int
  let height: Int
  let width: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    channels = try options.integer(
      "channels", in: SizeLimit.channels,
      "Channels of the result.")
    height = try options.integer(
      "height", in: SizeLimit.pixels,
      "Pixels from top to bottom.")
    width = try options.integer(
      "width", in: SizeLimit.pixels,
      "Pixels from left to right.")
  }

  func outputShape(of input: [Int], fields: [Field]) throws(Misfit) -> [Int] {
    let count = channels * height * width
    guard input == [count] else {
      throw Misfit(
        expected: "flat data [\(count)] for \(channels) channels of \(height) × \(width)",
        found: "\(input)",
        remedy: input.count == 1
          ? "add { \"dense\": { \"units\": \(count) } } before it" : "add \"flatten\" before it")
    }
    return [height, width, channels]
  }

  func emit(_ x: Expression, name: String) -> Expression {
    let rows = x.shape[0]
    if channels == 1 || height * width == 1 {
      return x.reshaped([rows, height, width, channels])
    }
    return x.reshaped([rows, channels, height, width]).transposed([0, 2, 3, 1])
  }
}

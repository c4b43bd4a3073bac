internal import Configuration
internal import Examples
internal import GraphIR

/// A two-dimensional transposed convolution with weight `[in, channels, kernel, kernel]`.
struct TransposedConvolutionLayer: Layer {
  static let key = "convTranspose"
  static let meaning =
    "`[H, W, C]` → `[(H − 1)·stride − 2·padding + kernel + outputPadding, …, channels]`."
  let channels: Int
  let kernel: Int
  let stride: Int
  let padding: Int
  /// Rows and columns added at the end, to choose among the sizes that the stride rounds off.
  let outputPadding: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    channels = try options.integer(
      "channels", in: SizeLimit.channels,
      "Channels of the result.")
    kernel = try options.integer(
      "kernel", in: SizeLimit.kernel,
      "Height and width of the kernel, in pixels.")
    stride = try options.integer(
      "stride", default: 1, in: SizeLimit.kernel,
      "Pixels of the result from one place of the kernel to the next.")
    padding = try options.integer(
      "padding", default: 0, in: SizeLimit.padding,
      "Pixels that are cut off on each side.")
    outputPadding = try options.integer(
      "outputPadding", default: 0, in: SizeLimit.padding,
      "Rows and columns added at the end; fewer than the stride.")
    guard outputPadding < stride else {
      throw options.error(
        "outputPadding", expected: "an integer below the stride, \(stride)",
        remedy: "Use a larger stride or no output padding.")
    }
  }

  func outputShape(of input: [Int], fields: [Field]) throws(Misfit) -> [Int] {
    let image = try ImageShape(input, for: Self.key)
    let (height, width) = (extent(image.height), extent(image.width))
    guard height > 0, width > 0 else {
      throw Misfit(
        expected: "images that padding \(padding) leaves something of", found: "\(input)",
        remedy: "Use less padding or a larger kernel.")
    }
    return [height, width, channels]
  }

  private func extent(_ pixels: Int) -> Int {
    (pixels - 1) * stride - 2 * padding + kernel + outputPadding
  }

  /// Weight and bias begin uniform on ±1/√(channels·kernel²), as PyTorch's `ConvTranspose2d` does:
  /// it takes the weight's second axis for the inputs, although here it is the outputs.
  func emit(_ x: Expression, name: String) -> Expression {
    let inputs = x.shape[3]
    let start = Initializer.uniform(bound: 1 / Double(channels * kernel * kernel).squareRoot())
    let weight = x.emission.trained(
      "\(name).weight", [inputs, channels, kernel, kernel], start, isWeight: true)
    let bias = x.emission.trained("\(name).bias", [channels], start)
    let geometry = ConvolutionGeometry(stride: stride, padding: padding)
    let result = x.emission.emit {
      $0.convolutionTransposed(
        x.value, weight: weight.value, geometry, outputPadding: outputPadding)
    }
    return result + bias
  }
}

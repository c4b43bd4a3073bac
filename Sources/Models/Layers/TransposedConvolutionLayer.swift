internal import Configuration
internal import Examples
internal import GraphIR

/// A two-dimensional transposed convolution with weight `[in, channels, kernel, kernel]`.
struct TransposedConvolutionLayer: Layer {
  static let key = "convTranspose"
  static let meaning =
    "`[H, W, C]` → `[(H − 1)·stride − 2·padding + kernel + outputPadding, …, channels]`."
  let options: ConvolutionOptions
  /// Rows and columns added at the end, to choose among the sizes that the stride rounds off.
  let outputPadding: Int

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    options = try ConvolutionOptions(
      reading: &reader, stride: "Pixels of the result from one place of the kernel to the next.",
      padding: "Pixels that are cut off on each side.")
    outputPadding = try reader.integer(
      "outputPadding", default: 0, in: SizeLimit.padding,
      "Rows and columns added at the end; fewer than the stride.")
    guard outputPadding < options.stride else {
      throw reader.error(
        "outputPadding", expected: "an integer below the stride, \(options.stride)",
        remedy: "Use a larger stride or no output padding.")
    }
  }

  func outputShape(of input: [Int], fields: [Field]) throws(Misfit) -> [Int] {
    let image = try ImageShape(input, for: Self.key)
    let (height, width) = (extent(image.height), extent(image.width))
    guard height > 0, width > 0 else {
      throw Misfit(
        expected: "images that padding \(options.padding) leaves something of", found: "\(input)",
        remedy: "Use less padding or a larger kernel.")
    }
    return [height, width, options.channels]
  }

  private func extent(_ pixels: Int) -> Int {
    (pixels - 1) * options.stride - 2 * options.padding + options.kernel + outputPadding
  }

  /// The fan of what the weights begin as is `channels`: PyTorch's `ConvTranspose2d` takes the second axis for the
  /// inputs, although here it is the outputs.
  func emit(_ x: Expression, name: String) -> Expression {
    let (weight, bias) = options.parameters(
      [x.shape[3], options.channels], name: name, in: x.emission)
    let result = x.emission.emit {
      $0.convolutionTransposed(
        x.value, weight: weight.value, options.geometry, outputPadding: outputPadding)
    }
    return result + bias
  }
}

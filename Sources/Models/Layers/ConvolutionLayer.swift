internal import Configuration
internal import Examples
internal import GraphIR

/// A two-dimensional convolution with weight `[channels, in, kernel, kernel]`.
struct ConvolutionLayer: Layer {
  static let key = "conv"
  static let meaning = "`[H, W, C]` → `[⌊(H + 2·padding − kernel)/stride⌋ + 1, …, channels]`."
  let channels: Int
  let kernel: Int
  let stride: Int
  let padding: Int

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    channels = try options.integer(
      "channels", in: SizeLimit.channels,
      "Channels of the result.")
    kernel = try options.integer(
      "kernel", in: SizeLimit.kernel,
      "Height and width of the kernel, in pixels.")
    stride = try options.integer(
      "stride", default: 1, in: SizeLimit.kernel,
      "Pixels from one place of the kernel to the next.")
    padding = try options.integer(
      "padding", default: 0, in: SizeLimit.padding,
      "Pixels of zeros on each side.")
  }

  func outputShape(of input: [Int], fields: [Field]) throws(Misfit) -> [Int] {
    let image = try ImageShape(input, for: Self.key)
    guard let height = extent(image.height), let width = extent(image.width) else {
      throw Misfit(
        expected: "images of at least \(max(1, kernel - 2 * padding)) pixels each way for kernel "
          + "\(kernel) with padding \(padding)",
        found: "\(input)", remedy: "Use a smaller kernel, more padding or fewer strides before it.")
    }
    return [height, width, channels]
  }

  private func extent(_ pixels: Int) -> Int? {
    ConvolutionGeometry.outputExtent(pixels, kernel: kernel, stride: stride, padding: padding)
  }

  /// Weight and bias begin uniform on ±1/√(in·kernel²), as PyTorch's `Conv2d` does.
  func emit(_ x: Expression, name: String) -> Expression {
    let inputs = x.shape[3]
    let start = Initializer.uniform(bound: 1 / Double(inputs * kernel * kernel).squareRoot())
    let weight = x.emission.trained(
      "\(name).weight", [channels, inputs, kernel, kernel], start, isWeight: true)
    let bias = x.emission.trained("\(name).bias", [channels], start)
    let geometry = ConvolutionGeometry(stride: stride, padding: padding)
    let result = x.emission.emit {
      $0.convolution(x.value, weight: weight.value, geometry)
    }
    return result + bias
  }
}

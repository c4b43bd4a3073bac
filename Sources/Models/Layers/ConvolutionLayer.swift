internal import Configuration
internal import Examples
internal import GraphIR

/// A two-dimensional convolution with weight `[channels, in, kernel, kernel]`.
struct ConvolutionLayer: Layer {
  static let key = "conv"
  static let meaning = "`[H, W, C]` → `[⌊(H + 2·padding − kernel)/stride⌋ + 1, …, channels]`."
  let options: ConvolutionOptions

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    options = try ConvolutionOptions(
      reading: &reader, stride: "Pixels from one place of the kernel to the next.",
      padding: "Pixels of zeros on each side.")
  }

  func outputShape(of input: [Int], fields: [Field]) throws(Misfit) -> [Int] {
    let image = try ImageShape(input, for: Self.key)
    guard let height = extent(image.height), let width = extent(image.width) else {
      let (kernel, padding) = (options.kernel, options.padding)
      throw Misfit(
        expected: "images of at least \(max(1, kernel - 2 * padding)) pixels each way for kernel "
          + "\(kernel) with padding \(padding)",
        found: "\(input)", remedy: "Use a smaller kernel, more padding or fewer strides before it.")
    }
    return [height, width, options.channels]
  }

  private func extent(_ pixels: Int) -> Int? {
    ConvolutionGeometry.outputExtent(
      pixels, kernel: options.kernel, stride: options.stride, padding: options.padding)
  }

  func emit(_ x: Expression, name: String) -> Expression {
    let (weight, bias) = options.parameters(
      [options.channels, x.shape[3]], name: name, in: x.emission)
    let result = x.emission.emit {
      $0.convolution(x.value, weight: weight.value, options.geometry)
    }
    return result + bias
  }
}

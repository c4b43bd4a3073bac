internal import Configuration
internal import GraphIR

/// What a convolution and a transposed one are told alike.
struct ConvolutionOptions {
  let channels: Int
  let kernel: Int
  let stride: Int
  let padding: Int

  /// Reads the keys.
  ///
  /// - Parameters:
  ///   - stride: what that key means.
  ///   - padding: what that one does.
  init(
    reading options: inout ObjectReader, stride: String, padding: String
  ) throws(ConfigurationError) {
    channels = try options.integer(
      "channels", in: SizeLimit.channels,
      "Channels of the result.")
    kernel = try options.integer(
      "kernel", in: SizeLimit.kernel,
      "Height and width of the kernel, in pixels.")
    self.stride = try options.integer("stride", default: 1, in: SizeLimit.kernel, stride)
    self.padding = try options.integer("padding", default: 0, in: SizeLimit.padding, padding)
  }

  /// How the kernel goes over the pixels.
  var geometry: ConvolutionGeometry { ConvolutionGeometry(stride: stride, padding: padding) }

  /// Declares weight and bias, which begin uniform on ±1/√(fan·kernel²), as PyTorch's do.
  ///
  /// - Parameter channels: the first two extents of the weight, of which the second is the fan.
  func parameters(
    _ channels: [Int], name: String, in emission: Emission
  ) -> (weight: Expression, bias: Expression) {
    let start = Initializer.uniform(bound: 1 / Double(channels[1] * kernel * kernel).squareRoot())
    return (
      emission.trained(
        "\(name).weight", Shape(channels + [kernel, kernel]), start, isWeight: true),
      emission.trained("\(name).bias", [self.channels], start)
    )
  }
}

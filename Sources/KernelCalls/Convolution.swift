package import GraphIR

/// All extents of a convolution x `[N, H, W, I]`, w `[O, I, kH, kW]` → y `[N, H', W', O]`.
package struct Convolution: Hashable, Sendable {
  package var count: Int
  package var height: Int, width: Int, inChannels: Int
  package var outHeight: Int, outWidth: Int, outChannels: Int
  package var kernelHeight: Int, kernelWidth: Int
  package var geometry: ConvolutionGeometry

  /// The convolution of arrays of these shapes.
  package init(x: Shape, w: Shape, y: Shape, _ geometry: ConvolutionGeometry) {
    (count, height, width, inChannels) = (x[0], x[1], x[2], x[3])
    (outHeight, outWidth, outChannels) = (y[1], y[2], y[3])
    (kernelHeight, kernelWidth) = (w[2], w[3])
    self.geometry = geometry
  }

  /// Output pixels of all examples.
  package var pixelCount: Int { count * outHeight * outWidth }

  /// Elements of x that an output pixel sees, in the order of the weights: channel, row, column.
  package var windowSize: Int { inChannels * kernelHeight * kernelWidth }

  /// Floats of an example of x, and of y.
  package var xSize: Int { height * width * inChannels }
  package var ySize: Int { outHeight * outWidth * outChannels }

  /// Floats of w.
  package var weightCount: Int { outChannels * windowSize }
}

/// Which of a convolution's three products; operands → result.
package enum ConvolutionKind: Hashable, Sendable {
  /// x, w → y
  case forward
  /// y, w → x
  case inputGradient
  /// x, y → w
  case weightGradient
}

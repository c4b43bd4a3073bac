package import GraphIR

/// Graphs that several tests look at.
package enum GraphSamples {
  /// A convolution and a transposed one, each with a bias, batch normalisation and leaky ReLU, and the
  /// mean square of what comes out. Arrays between the products hold 32,768 floats.
  package static func normalizedConvolutions() -> Graph {
    var builder = GraphBuilder()
    let geometry = ConvolutionGeometry(stride: 1, padding: 1)
    func parameter(_ name: String, _ shape: Shape, trained: Bool = true) -> Value {
      // A bias before a normalisation has no gradient but rounding, so it is not trained here.
      builder.parameter(
        ParameterDeclaration(
          name: name, shape: shape, initializer: .constant(0),
          role: trained ? .trained(isWeight: false) : .statistic(momentum: 0.1)))
    }
    func normalized(_ x: Value, _ name: String) -> Value {
      let biased = builder.add(x, parameter("\(name).bias", [8], trained: false))
      let result = builder.batchNormalize(
        biased, scale: parameter("\(name).scale", [8]), shift: parameter("\(name).shift", [8]),
        epsilon: 1e-3
      ).result
      return builder.leakyReLU(result, slope: 0.1)
    }
    let x = builder.input("x", [16, 16, 16, 3])
    let first = builder.convolution(x, weight: parameter("w1", [8, 3, 3, 3]), geometry)
    let second = builder.convolutionTransposed(
      normalized(first, "n1"), weight: parameter("w2", [8, 8, 3, 3]), geometry)
    let last = builder.convolution(
      normalized(second, "n2"), weight: parameter("w3", [5, 8, 3, 3]), geometry)
    builder.output(.result("value"), last)
    builder.output(.metric("objective"), builder.mean(builder.square(last)))
    return builder.graph
  }
}

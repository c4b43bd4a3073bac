import GraphIR
import GraphReference
import Testing

@Suite struct ConvolutionTests {
  private func evaluate(_ op: Op, _ a: Tensor, _ b: Tensor) -> Tensor {
    var g = GraphBuilder()
    let y = g.apply(op, g.input("a", a.shape), g.input("b", b.shape))
    g.output(.result("y"), y)
    return Interpreter(g.graph).run(
      inputs: ["a": a, "b": b], parameters: [], noise: deterministicNoise(seed: 1))[0]
  }

  private let image = Tensor(shape: [1, 3, 3, 1], values: [1, 2, 3, 4, 5, 6, 7, 8, 9])
  private let kernel = Tensor(shape: [1, 1, 2, 2], values: [1, 10, 100, 1000])

  @Test func oneChannelByHand() {
    let plain = evaluate(.convolution(ConvolutionGeometry(stride: 1, padding: 0)), image, kernel)
    // 1·1 + 2·10 + 4·100 + 5·1000, and so on: a correlation, the kernel is not turned.
    #expect(plain == Tensor(shape: [1, 2, 2, 1], values: [5421, 6532, 8754, 9865]))
    let padded = evaluate(.convolution(ConvolutionGeometry(stride: 2, padding: 1)), image, kernel)
    #expect(padded == Tensor(shape: [1, 2, 2, 1], values: [1000, 3200, 7040, 9865]))
  }

  @Test func threeByThreeKernelByHand() {
    let ones = Tensor(repeating: 1, shape: [1, 1, 3, 3])
    let sums = evaluate(.convolution(ConvolutionGeometry(stride: 1, padding: 1)), image, ones)
    #expect(
      sums == Tensor(shape: [1, 3, 3, 1], values: [12, 21, 16, 27, 45, 33, 24, 39, 28]))
  }

  @Test func channelsByHand() {
    // Two input channels, two output channels, one pixel: a matrix product with weight [O, I].
    let x = Tensor(shape: [2, 1, 1, 2], values: [1, 2, 3, 4])
    let weight = Tensor(shape: [3, 2, 1, 1], values: [1, 10, 2, 20, 3, 30])
    let y = evaluate(.convolution(ConvolutionGeometry(stride: 1, padding: 0)), x, weight)
    #expect(y == Tensor(shape: [2, 1, 1, 3], values: [21, 42, 63, 43, 86, 129]))
  }

  @Test func transposedByHand() {
    let y = Tensor(shape: [1, 2, 2, 1], values: [1, 2, 3, 4])
    let apart = evaluate(
      .convolutionInputGradient(
        ConvolutionGeometry(stride: 2, padding: 0), height: 4, width: 4), y, kernel)
    #expect(
      apart.values == [
        1, 10, 2, 20, 100, 1000, 200, 2000, 3, 30, 4, 40, 300, 3000, 400, 4000,
      ])
    let overlapping = evaluate(
      .convolutionInputGradient(
        ConvolutionGeometry(stride: 1, padding: 0), height: 3, width: 3), y, kernel)
    #expect(overlapping.values == [1, 12, 20, 103, 1234, 2040, 300, 3400, 4000])
  }

  @Test func weightGradientByHand() {
    let y = Tensor(shape: [1, 2, 2, 1], values: [1, 10, 100, 1000])
    let gradient = evaluate(
      .convolutionWeightGradient(
        ConvolutionGeometry(stride: 1, padding: 0), kernelHeight: 2, kernelWidth: 2), image, y)
    #expect(gradient == Tensor(shape: [1, 1, 2, 2], values: [5421, 6532, 8754, 9865]))
  }

  /// Rows and columns have a stride and a padding of their own.
  @Test func rowsAndColumnsDiffer() {
    var geometry = ConvolutionGeometry(stride: 1, padding: 0)
    (geometry.strideWidth, geometry.paddingHeight) = (2, 1)
    let row = Tensor(shape: [1, 1, 1, 1], values: [2])
    let y = evaluate(.convolution(geometry), image, row)
    #expect(
      y == Tensor(shape: [1, 5, 2, 1], values: [0, 0, 2, 6, 8, 12, 14, 18, 0, 0]))
  }
}

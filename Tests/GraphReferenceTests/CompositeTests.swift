import GraphIR
import GraphReference
import Testing

/// What the builder composes, against the formulas' values.
@Suite struct CompositeTests {
  private func expectClose(
    _ x: Tensor, _ expected: Tensor, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(x.shape == expected.shape, sourceLocation: location)
    for (a, b) in zip(x.values, expected.values) {
      // A handful of roundings of numbers of order 1.
      #expect(abs(a - b) <= 1e-15 * max(1, abs(b)), sourceLocation: location)
    }
  }

  @Test func activations() {
    expectClose(
      evaluate(vector(-1, 0, 2)) { $0.elu($1[0], alpha: 0.5) }, vector(-0.31606027941427883, 0, 2))
    expectClose(
      evaluate(vector(-1, 0, 1)) { $0.gelu($1[0]) },
      vector(-0.15865525393145707, 0, 0.8413447460685429))
    expectClose(
      evaluate(vector(-1, 0, 1)) { $0.silu($1[0]) },
      vector(-0.2689414213699951, 0, 0.7310585786300049))
    #expect(evaluate(vector(-3, 0.5, 3)) { $0.clamp($1[0], -1, 2) } == vector(-1, 0.5, 2))
  }

  @Test func dense() {
    let weight = Tensor(shape: [3, 2], values: [1, 0, 0, 1, 10, 100])
    #expect(
      evaluate(counting([2, 2]), weight, vector(0.5, 0, -1)) {
        $0.dense($1[0], weight: $1[1], bias: $1[2])
      } == Tensor(shape: [2, 3], values: [1.5, 2, 209, 3.5, 4, 429]))
  }

  @Test func batchNormalize() {
    let x = Tensor(shape: [2, 2], values: [1, 10, 3, 10])
    // Means 2 and 10, variances 1 and 0; ε = 3 makes the root 2.
    expectClose(
      evaluate(x, vector(4, 5), vector(0.5, -1)) {
        $0.batchNormalize($1[0], scale: $1[1], shift: $1[2], epsilon: 3).result
      }, Tensor(shape: [2, 2], values: [-1.5, -1, 2.5, -1]))
    let ones = vector(1, 1)
    #expect(
      evaluate(x, ones) { $0.batchNormalize($1[0], scale: $1[1], shift: $1[1], epsilon: 3).mean }
        == vector(2, 10))
    #expect(
      evaluate(x, ones) {
        $0.batchNormalize($1[0], scale: $1[1], shift: $1[1], epsilon: 3).unbiasedVariance
      } == vector(2, 0))
  }

  @Test func normalizeUsesGivenStatistics() {
    let y = evaluate(Tensor(shape: [1, 2], values: [5, 7]), vector(1, 2), vector(13, 22)) {
      // √(13 + 3) = 4, √(22 + 3) = 5.
      $0.normalize(
        $1[0], mean: $1[1], variance: $1[2], scale: $0.constant(8, [2]), shift: $0.constant(1, [2]),
        epsilon: 3)
    }
    #expect(y == Tensor(shape: [1, 2], values: [9, 9]))
  }

  @Test func dropoutKeepsTheMean() {
    let n = 40_000
    let y = evaluate(Tensor(repeating: 3, shape: [n])) {
      $0.dropout($1[0], noise: $0.random(.uniform, [n]), probability: 0.25)
    }
    #expect(Set(y.values) == [0, 4])
    let kept = Double(y.values.filter { $0 != 0 }.count) / Double(n)
    // Five standard errors of a proportion of 3/4.
    #expect(abs(kept - 0.75) < 5 * (0.75 * 0.25 / Double(n)).squareRoot())
  }

  @Test func transposedConvolutionHasTheStatedExtents() {
    let y = evaluate(counting([1, 2, 3, 1]), Tensor(repeating: 1, shape: [1, 4, 3, 2])) {
      $0.convolutionTransposed(
        $1[0], weight: $1[1], ConvolutionGeometry(stride: 3, padding: 0), outputPadding: 1)
    }
    #expect(y.shape == [1, 7, 9, 4])
    // Patches of 3 × 2 pixels do not overlap: each number is repeated 6 times in 4 channels.
    #expect(y.values.reduce(0, +) == 21 * 6 * 4)
  }
}

import GraphIR
import KernelCalls
import Testing

/// What is known of a call without knowing its kernel, and what is told of it.
@Suite struct CallTests {
  private let dense = Call(
    .matmul(Matmul(rows: 2, columns: 3, inner: 5, transposeLeft: false, transposeRight: true)),
    ["x", "w"], Epilogue(bias: "b", slope: 0), results: ["y"])

  @Test func mapReachesEveryArray() {
    let mapped = dense.map(\.utf8.count)
    #expect(mapped == Call(dense.kernel, [1, 1], Epilogue(bias: 1, slope: 0), results: [1]))
    #expect(dense.map { $0 + "'" }.reads == ["x'", "w'", "b'"])
    #expect(dense.map { $0 + "'" }.results == ["y'"])
  }

  @Test func aCallIsTold() {
    #expect(dense.label == "matmul NT 2×5×3 + bias + ReLU")
    let loop = Loop(
      extents: [4, 6], loads: [[6, 1], [0, 1]], functions: [.binary(.add, .load(0), .load(1))],
      stores: [LoopStore(.result(0), strides: [1, 0], accumulates: true)])
    let sum = Call(.loop(loop), ["x", "row"], results: ["sums"])
    #expect(sum.label == "loop 4×6: 2 loads, 1 functions, 1 stores")
    // What repeats is read once, and sums are written once.
    #expect(sum.kernel.byteCount == 4 * (24 + 6 + 4))
  }

  @Test func operationsAreCounted() {
    #expect(dense.kernel.flops == 60)
    let shape = Convolution(
      x: [2, 8, 8, 3], w: [5, 3, 4, 4], y: [2, 4, 4, 5], ConvolutionGeometry(stride: 2, padding: 1))
    let flops = 2.0 * Double(2 * 4 * 4 * 5) * Double(3 * 4 * 4)
    #expect(Kernel.convolution(.weightGradient, shape).flops == flops)
    #expect(Kernel.matmulCol2im(shape).flops == flops && Kernel.im2col(shape).flops == 0)
    #expect(Kernel.im2col(shape).byteCount == 4 * (2 * 8 * 8 * 3 + 2 * 4 * 4 * 48))
    let sparsity = RowSparsity(mostPerRow: 9, meanPerRow: 2.5)
    let sparse = SparseMatmul(.forward, rows: 4, inputs: 100, outputs: 7, sparsity)
    #expect(Kernel.sparseMatmul(sparse).flops == 2 * 10 * 7)
    // More than an integer holds.
    let large = Matmul(
      rows: 1 << 32, columns: 1 << 31, inner: 4, transposeLeft: true, transposeRight: true)
    #expect(Kernel.matmul(large).flops == 0x1p66)
  }
}

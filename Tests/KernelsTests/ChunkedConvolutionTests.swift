import GraphIR
import KernelCalls
import Kernels
import Testing

/// Convolutions whose images are more than one chunk: 1 MiB an example.
@Suite struct ChunkedConvolutionTests {
  private static let shape = (x: 64 * 64 * 64, w: 8 * 64 * 9, y: 32 * 32 * 8)

  /// All examples at once, in one chunk, two and three, against the examples one by one.
  @Test(arguments: [ConvolutionKind.forward, .inputGradient, .weightGradient], [2, 3, 6])
  func chunksGiveWhatSingleExamplesGive(kind: ConvolutionKind, count: Int) throws {
    let (x, w, y) = ChunkedConvolutionTests.shape
    // Among the outputs: the result of all, then those of single examples.
    let (a, b, result) =
      switch kind {
      case .forward: (x, 0, y)
      case .inputGradient: (y, 0, x)
      case .weightGradient: (x, y, 0)
      }
    let all = kind == .weightGradient ? w : count * result
    let bStart = count * a
    let biasStart = bStart + max(w, count * y)
    let epilogue = Epilogue(bias: kind == .forward ? Place(.parameters, biasStart) : nil)
    var calls = [
      Call(
        .convolution(kind, shape(count)), [Place(.parameters, 0), Place(.parameters, bStart)],
        epilogue, results: [Place(.outputs, 0)])
    ]
    for example in 0..<count {
      calls.append(
        Call(
          .convolution(kind, shape(1)),
          [Place(.parameters, example * a), Place(.parameters, bStart + example * b)], epilogue,
          results: [Place(.outputs, all + example * (kind == .weightGradient ? w : result))]))
    }
    let outputs = try run(
      calls, parameters: numbers(biasStart + 8, seed: 11), outputCount: (count + 1) * max(w, all))
    for index in 0..<all {
      let found = outputs[index]
      let expected =
        kind == .weightGradient
        ? (0..<count).reduce(0) { $0 + outputs[all + $1 * w + index] } : outputs[all + index]
      // Sums of up to 6 · 1024 products below 1 in another order.
      if abs(found - expected) > 2e-4 {
        Issue.record("\(kind) of \(count), element \(index): \(found), expected \(expected)")
        return
      }
    }
  }

  private func shape(_ count: Int) -> Convolution {
    Convolution(
      x: [count, 64, 64, 64], w: [8, 64, 3, 3], y: [count, 32, 32, 8],
      ConvolutionGeometry(stride: 2, padding: 1))
  }

  private func run(_ calls: [Call<Place>], parameters: [Float], outputCount: Int) throws -> [Float]
  {
    let sequence = try KernelSequence(calls, arenaCount: 1, workspace: Workspace())
    var outputs = [Float](repeating: 99, count: outputCount)
    let isFine = unsafe outputs.withUnsafeMutableBufferPointer { outputs in
      unsafe sequence.run(
        parameters: parameters, outputs: outputs.baseAddress!, ids: [0],
        noise: NoiseKey(seed: 0, step: 0))
    }
    #expect(isFine)
    return outputs
  }
}

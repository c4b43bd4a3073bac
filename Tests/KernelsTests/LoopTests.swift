import CKernels
import Kernels
import Testing

/// The element-wise machine: tiles, strides, repetitions, sums, and nothing written besides.
@Suite struct LoopTests {
  @Test(arguments: LoopCase.all)
  func agreesWithTheNaiveLoop(loop: LoopCase) throws {
    let failure = try loop.failure()
    #expect(failure == nil)
  }

  /// A register that is reused after its last reading, over many tiles and a rest.
  @Test func manyTilesAndALongChain() throws {
    let count = 3 * Int(VAEDP_TILE) + 5
    var memory = numbers(2 * count, seed: 9)
    let view = LoopView(Place(.slab, 0), strides: [1])
    let chain = (0..<12).map { position in
      LoopInstruction(
        position % 2 == 0 ? .tanh : .addNumber, target: 1 + (position + 1) % 2,
        left: position == 0 ? 0 : 1 + position % 2, number: 0.25)
    }
    let call = LoopCall(
      extents: [count], loads: [view], instructions: chain,
      targets: [
        LoopTarget(
          LoopView(Place(.slab, count), strides: [1]), register: 1 + 12 % 2, accumulates: false,
          isDirect: false)
      ], registerCount: 3)
    let before = memory
    let sequence = try KernelSequence([.loop(call)], arenaCount: 0, workspace: Workspace())
    let isFine = unsafe memory.withUnsafeMutableBufferPointer { memory in
      unsafe sequence.run(
        parameters: UnsafePointer(memory.baseAddress!), slab: memory.baseAddress!, ids: [0],
        noise: NoiseKey(seed: 0, step: 0))
    }
    #expect(isFine)
    #expect(memory[..<count] == before[..<count])
    var expected = Array(before[..<count])
    for _ in 0..<6 { expected = ElementaryFunction.named("tanh")(expected).map { $0 + 0.25 } }
    #expect(Array(memory[count...]) == expected)
  }

  @Test func theBuildIsReported() {
    #expect(["avx512", "avx2", "baseline"].contains(instructionSet()))
  }
}

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

  /// Loops with many registers hold fewer elements in each; every element is computed all the same.
  @Test(arguments: [3, 8, 9, 16, 17, 60])
  func anyNumberOfRegisters(count registers: Int) throws {
    let (rows, columns) = (61, 70)
    let count = rows * columns
    var memory = numbers(count, seed: 4) + [Float](repeating: .nan, count: count + columns)
    let before = Array(memory[..<count])
    let steps = (1..<registers).map {
      LoopInstruction(.addNumber, target: $0, left: $0 - 1, number: 1)
    }
    func view(_ offset: Int, _ strides: [Int]) -> LoopView {
      LoopView(Place(.slab, offset), strides: strides)
    }
    let call = LoopCall(
      extents: [rows, columns], loads: [view(0, [columns, 1])], instructions: steps,
      targets: [
        LoopTarget(
          view(count, [columns, 1]), register: registers - 1, accumulates: false, isDirect: false),
        LoopTarget(view(2 * count, [0, 1]), register: 1, accumulates: true, isDirect: false),
      ], registerCount: registers)
    let sequence = try KernelSequence([.loop(call)], arenaCount: 0, workspace: Workspace())
    let isFine = unsafe memory.withUnsafeMutableBufferPointer { memory in
      unsafe sequence.run(
        parameters: UnsafePointer(memory.baseAddress!), slab: memory.baseAddress!, ids: [0],
        noise: NoiseKey(seed: 0, step: 0))
    }
    #expect(isFine)
    let expected = before.map { x in (1..<registers).reduce(x) { sum, _ in sum + 1 } }
    #expect(Array(memory[count..<2 * count]) == expected)
    for column in 0..<columns {
      let exact = (0..<rows).reduce(0.0) { $0 + Double(before[$1 * columns + column] + 1) }
      #expect(abs(Double(memory[2 * count + column]) - exact) < 1e-4)
    }
  }

  @Test func theBuildIsReported() {
    #expect(["avx512", "avx2", "baseline"].contains(instructionSet()))
  }
}

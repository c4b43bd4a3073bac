import CKernels
import GraphIR
import KernelCalls
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
    let chain = (0..<12).map { position -> LoopFunction in
      let x = position == 0 ? LoopOperand.load(0) : .result(position - 1)
      return position % 2 == 0 ? .unary(.tanh, x) : .binary(.add, x, .number(0.25))
    }
    let loop = Loop(
      extents: [count], loads: [[1]], functions: chain,
      stores: [LoopStore(.result(11), strides: [1])])
    let call = Call(.loop(loop), [Place(.outputs, 0)], results: [Place(.outputs, count)])
    #expect(LoopRegisters(loop).count == 3)
    let before = memory
    let sequence = try KernelSequence([call], arenaCount: 0, workspace: Workspace())
    let isFine = unsafe memory.withUnsafeMutableBufferPointer { memory in
      unsafe sequence.run(
        parameters: UnsafePointer(memory.baseAddress!), outputs: memory.baseAddress!, ids: [0],
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
    // x + 1, x + 2, … and then their sum, so that all of them are there at once.
    let terms = (1..<registers).map { LoopFunction.binary(.add, .load(0), .number(Double($0))) }
    let sums = (1..<terms.count).map { term -> LoopFunction in
      .binary(.add, .result(term == 1 ? 0 : terms.count + term - 2), .result(term))
    }
    let loop = Loop(
      extents: [rows, columns], loads: [[columns, 1]], functions: terms + sums,
      stores: [
        LoopStore(.result(terms.count + sums.count - 1), strides: [columns, 1]),
        LoopStore(.result(0), strides: [0, 1], accumulates: true),
      ])
    #expect(LoopRegisters(loop).count == registers + 1)
    let call = Call(
      .loop(loop), [Place(.outputs, 0)],
      results: [Place(.outputs, count), Place(.outputs, 2 * count)])
    let sequence = try KernelSequence([call], arenaCount: 0, workspace: Workspace())
    let isFine = unsafe memory.withUnsafeMutableBufferPointer { memory in
      unsafe sequence.run(
        parameters: UnsafePointer(memory.baseAddress!), outputs: memory.baseAddress!, ids: [0],
        noise: NoiseKey(seed: 0, step: 0))
    }
    #expect(isFine)
    let expected = before.map { x in
      (2..<registers).reduce(x + 1) { sum, term in sum + (x + Float(term)) }
    }
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

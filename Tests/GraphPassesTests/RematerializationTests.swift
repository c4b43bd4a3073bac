import GraphIR
import GraphPasses
import GraphTestSupport
import KernelCalls
import Testing

/// Which large arrays a training step keeps, and how often it walks over them.
@Suite struct RematerializationTests {
  /// Per normalisation: one pass for the moments, one for the result; backwards one for two sums, and
  /// one that writes the gradient. Only the products' results and operands are arrays.
  @Test func normalizationsPassFourTimesAndKeepNothing() {
    let program = trained()
    let large = program.loops.filter { $0.loop.extents.reduce(1, *) == 32_768 }
    #expect(large.count == 8)
    let written = large.map { $0.loop.stores.count { !$0.accumulates } }
    #expect(written == [0, 1, 0, 1, 0, 1, 0, 1])
    for (_, call) in large {
      let arrays = Set(call.operands.filter { program.buffers[$0.owner].shape.count == 32_768 })
      #expect(arrays.count <= 2)
    }
  }

  @Test func memoryIsSafe() {
    let program = trained()
    let plan = program.planMemory()
    #expect(program.violations(of: plan) == [])
  }

  /// Results and gradients stay what they were where a loop reads a part of what another computes.
  @Test func aSliceOfACheapArrayIsComputedWhereItIsRead() {
    var builder = GraphBuilder()
    let x = builder.input("x", [64, 100])
    let sum = builder.add(x, builder.input("row", [100]))
    let part = builder.sum(builder.slice(sum, axis: 0, start: 3, count: 50), axes: [0])
    builder.output(.result("y"), builder.subtract(sum, part))
    let program = builder.graph.simplified().lowered()
    #expect(program.loops.count == 2)
    #expect(program.loops.allSatisfy { $0.call.operands.contains { $0.owner == 0 } })
    let slice = program.loops.first?.call.operands.first { $0.owner == 0 }
    #expect(slice?.offset == 300 && slice?.count == 5000)
  }

  /// What costs more than reading is kept; so is what two other large arrays would replace.
  @Test func dearFunctionsAreKept() {
    func stored(_ make: (inout GraphBuilder, Value, Value) -> Value) -> Int {
      var builder = GraphBuilder()
      let (a, b) = (builder.input("a", [64, 100]), builder.input("b", [64, 100]))
      let value = make(&builder, a, b)
      let total = builder.sum(value, axes: [0])
      builder.output(.result("y"), builder.add(value, total))
      let program = builder.graph.simplified().lowered()
      return program.loops.flatMap { zip($0.loop.stores, $0.call.results) }.count {
        !$0.accumulates && program.buffers[$1.owner].kind == .temporary
      }
    }
    #expect(stored { builder, a, _ in builder.add(a, 1) } == 0)
    #expect(stored { builder, a, _ in builder.exp(a) } == 1)
    #expect(stored { builder, a, b in builder.add(a, b) } == 1)
  }

  /// A mask opens a loop before the sum that it multiplies is known; they become one.
  @Test func aLoopJoinsTheOneThatItContinues() {
    var builder = GraphBuilder()
    let (a, b) = (builder.input("a", [8, 6]), builder.input("b", [8, 6]))
    let mask = builder.heaviside(builder.input("h", [8, 6]))
    builder.output(.metric("masks"), builder.sum(mask))
    let sum = builder.add(a, b)
    builder.output(.result("y"), builder.multiply(sum, mask))
    #expect(builder.graph.simplified().lowered().loops.count == 1)
  }

  private func trained() -> Program {
    GraphSamples.normalizedConvolutions().differentiated(of: .metric("objective")).simplified()
      .lowered()
  }
}

extension Program {
  fileprivate var loops: [(loop: Loop, call: Call<ArrayView>)] {
    calls.compactMap { if case .loop(let loop) = $0.kernel { (loop, $0) } else { nil } }
  }
}

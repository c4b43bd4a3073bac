import GraphIR
import GraphPasses
import GraphTestSupport
import Testing

/// No buffer of a program loses its values before they are read for the last time.
@Suite struct MemoryPlanTests {
  @Test(arguments: OpCase.all)
  func keepsEveryBufferThatIsRead(op: OpCase) {
    var program = op.graph().differentiated(of: .metric("objective")).simplified().lowered()
    let plan = program.planMemory()
    #expect(program.violations(of: plan) == [])
  }

  @Test func someLoopsStoreInPlace() {
    var program = chain().lowered()
    let plan = program.planMemory()
    let stores = program.instructions.flatMap { instruction -> [LoopStore] in
      if case .loop(let loop) = instruction { loop.stores } else { [] }
    }
    #expect(stores.contains { $0.isInPlace })
    #expect(program.violations(of: plan) == [])
  }

  @Test func memoryIsReused() {
    var program = chain().lowered()
    let plan = program.planMemory()
    let temporaries = program.buffers.filter { $0.kind == .temporary }
    // Ten products one after another need two buffers of a kind, whatever their number.
    #expect(temporaries.count >= 9)
    #expect(plan.count <= 3 * 32 * 32)
  }

  /// Broken plans are seen: each pair of buffers on one place, unless one of them is never there.
  @Test func theCheckerSeesOverlaps() {
    var program = chain().lowered()
    let plan = program.planMemory()
    let placed = plan.offsets.indices.filter { plan.offsets[$0] != nil }
    var seen = 0
    for (earlier, later) in zip(placed, placed.dropFirst()) {
      var broken = plan
      broken.offsets[later] = plan.offsets[earlier]
      if broken != plan, !program.violations(of: broken).isEmpty { seen += 1 }
    }
    #expect(seen >= 5)
  }

  /// x ← tanh(x · w) ten times over; each tanh may take the product's place.
  private func chain() -> Graph {
    var builder = GraphBuilder()
    var x = builder.input("x", [32, 32])
    let w = builder.parameter(
      ParameterDeclaration(
        name: "w", shape: [32, 32], initializer: .constant(0), role: .trained(isWeight: true)))
    for _ in 0..<10 {
      let product = builder.matmul(x, w)
      x = builder.tanh(product)
    }
    builder.output(.metric("objective"), builder.sum(x))
    return builder.graph
  }
}

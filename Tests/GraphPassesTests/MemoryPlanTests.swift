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

  /// Operands of deferred gradients outlive the program; one that a loop makes of an operand of its own
  /// takes that one into its memory.
  @Test(arguments: [1, 5]) func keepsWhatIsNeededLater(depth: Int) {
    let graph = chain(depth).differentiated(of: .metric("objective")).simplified()
    var program = graph.lowered()
    program.deferWeightGradients(of: graph.outputs, examples: 48, smallest: 1)
    let plan = program.planMemory()
    #expect(program.weightGradients.count == depth)
    #expect(program.kept.count == 2 * depth)
    #expect(program.violations(of: plan) == [])
    let shared = program.buffers.indices.count {
      plan.hosts[$0] != $0 && program.kept.contains(plan.hosts[$0])
    }
    #expect(shared > 0)
    // Seen where it is not kept, and where two are kept in one place.
    var lost = program
    lost.kept.removeLast()
    #expect(!lost.violations(of: plan).isEmpty)
    var broken = plan
    broken.hosts[program.kept[1]] = program.kept[0]
    #expect(!program.violations(of: broken).isEmpty)
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
    #expect(plan.count <= 3 * 48 * 32)
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

  /// x ← tanh(x · wᵀ) with another w each time; each tanh may take the product's place.
  private func chain(_ depth: Int = 10) -> Graph {
    var builder = GraphBuilder()
    var x = builder.input("x", [48, 32])
    for layer in 0..<depth {
      let w = builder.parameter(
        ParameterDeclaration(
          name: "w\(layer)", shape: [32, 32], initializer: .constant(0),
          role: .trained(isWeight: true)))
      let product = builder.matmul(x, w, transposeRight: true)
      x = builder.tanh(product)
    }
    builder.output(.metric("objective"), builder.sum(x))
    return builder.graph
  }
}

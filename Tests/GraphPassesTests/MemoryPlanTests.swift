import GraphIR
import GraphPasses
import GraphTestSupport
import KernelCalls
import Testing

/// No buffer of a program loses its values before they are read for the last time.
@Suite struct MemoryPlanTests {
  @Test(arguments: OpCase.all)
  func keepsEveryBufferThatIsRead(op: OpCase) {
    let program = op.graph().differentiated(of: .metric("objective")).simplified().lowered()
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
    #expect(program.saved.count == 2 * depth)
    #expect(program.violations(of: plan) == [])
    let savedPlaces = program.saved.map { plan.places[$0] }
    let shared = program.buffers.indices.count {
      !program.saved.contains($0) && savedPlaces.contains(plan.places[$0])
    }
    #expect(shared > 0)
    // Seen where it is not kept, and where two are kept in one place.
    var lost = program
    lost.saved.removeLast()
    #expect(!lost.violations(of: plan).isEmpty)
    var broken = plan
    broken.places[program.saved[1]] = broken.places[program.saved[0]]
    #expect(!program.violations(of: broken).isEmpty)
  }

  @Test func someLoopsStoreInPlace() {
    let program = chain().lowered()
    let plan = program.planMemory()
    #expect(program.calls.contains { $0.inPlaceStores(plan) > 0 })
    #expect(program.violations(of: plan) == [])
  }

  @Test func memoryIsReused() {
    let program = chain().lowered()
    let plan = program.planMemory()
    let temporaries = program.buffers.filter { $0.kind == .temporary }
    // Ten products one after another need two buffers of a kind, whatever their number.
    #expect(temporaries.count >= 9)
    #expect(plan.arenaCount <= 3 * 48 * 32)
  }

  /// Broken plans are seen: each pair of buffers on one place, unless one of them is never there.
  @Test func theCheckerSeesOverlaps() {
    let program = chain().lowered()
    let plan = program.planMemory()
    let placed = plan.places.indices.filter { plan.places[$0] != nil }
    var seen = 0
    for (earlier, later) in zip(placed, placed.dropFirst()) {
      var broken = plan
      broken.places[later] = plan.places[earlier]
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

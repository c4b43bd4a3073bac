import GraphIR
import GraphPasses
import GraphReference
import GraphTestSupport
import KernelCalls
import TestScale
import Testing

/// Fused loops that sum or copy what another of their stores may write over: the plan of memory and the engine's
/// results, over random graphs.
@Suite struct RandomLoopTests {
  static let hazards = TestScale.count(1500, torture: 10_000)

  @Test func readsAreDoneBeforeTheyAreOverwritten() throws {
    var (seed, hazards, inPlace) = (UInt64(0), 0, 0)
    while hazards < Self.hazards {
      seed += 1
      let sample = RandomLoops(seed: seed)
      let program = sample.graph.simplified().lowered()
      let plan = program.planMemory()
      #expect(program.violations(of: plan) == [], "seed \(seed)")
      let found = program.calls.reduce(0) { $0 + $1.hazards }
      guard found > 0 else { continue }
      hazards += found
      inPlace += program.calls.reduce(0) { $0 + $1.inPlaceStores(plan) }
      try expectAgreement(
        sample.graph, inputs: sample.inputs, parameters: sample.parameters, tolerance: 1e-3,
        smallestScale: 1, "seed \(seed)")
    }
    print(
      "\(seed) graphs, \(hazards) loops that store a load beside others, \(inPlace) stores in place"
    )
    #expect(inPlace > hazards / 10)
  }
}

extension Call<ArrayView> {
  /// 1 for a loop that sums or copies a load and stores something else of its size as well.
  fileprivate var hazards: Int {
    guard case .loop(let loop) = kernel else { return 0 }
    let read = loop.stores.compactMap { store -> Int? in
      if case .load(let index) = store.operand { index } else { nil }
    }
    let isHazard = read.contains { load in
      loop.stores.contains {
        $0.operand != .load(load) && !$0.accumulates && $0.strides == loop.loads[load]
      }
    }
    return isHazard ? 1 : 0
  }
}

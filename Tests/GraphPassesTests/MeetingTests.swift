import GraphIR
import GraphPasses
import GraphReference
import GraphTestSupport
import KernelCalls
import Testing

/// Graphs whose shards meet, in Double, and how they are cut.
@Suite struct MeetingTests {
  static let cuts: [[Range<Int>]] = [
    [0..<9], [0..<4, 4..<9], [0..<3, 3..<6, 6..<9], [0..<2, 2..<4, 4..<6, 6..<9],
    (0..<9).map { $0..<$0 + 1 },
  ]

  private func parameters(_ sample: MeetingSample) -> [Tensor] {
    var random = SplitMix64(seed: 4)
    return sample.graph(1, 1, nil).parameters.map { random.tensor($0.shape, in: -0.8...0.8) }
  }

  /// The cut changes neither the objective nor the gradients.
  @Test(arguments: MeetingSample.all, cuts)
  func anyCutGivesTheSame(sample: MeetingSample, cut: [Range<Int>]) {
    let whole = sample.outputs([0..<9], parameters: parameters(sample), isDifferentiated: true)
    let found = sample.outputs(cut, parameters: parameters(sample), isDifferentiated: true)
    for (expected, found) in zip(whole, found) {
      let scale = expected.values.reduce(1e-3) { max($0, abs($1)) }
      for (a, b) in zip(expected.values, found.values) { #expect(abs(a - b) <= 1e-12 * scale) }
    }
  }

  /// The gradients of a cut minibatch are the derivatives of its objective.
  @Test(arguments: MeetingSample.all, cuts)
  func gradientsMatchDifferences(sample: MeetingSample, cut: [Range<Int>]) {
    var random = SplitMix64(seed: 8)
    let start = parameters(sample)
    let direction = start.map { random.signs($0.shape) }
    func objective(_ h: Double) -> Double {
      let moved = zip(start, direction).map { x, d in
        Tensor(shape: x.shape, values: zip(x.values, d.values).map { $0 + h * $1 })
      }
      return sample.outputs(cut, parameters: moved, isDifferentiated: false)[0][0]
    }
    let h = 6e-6
    let numeric = (objective(h) - objective(-h)) / (2 * h)
    let gradients = sample.outputs(cut, parameters: start, isDifferentiated: true).dropFirst()
    let analytic = zip(gradients, direction).reduce(0) { sum, pair in
      zip(pair.0.values, pair.1.values).reduce(sum) { $0 + $1.0 * $1.1 }
    }
    #expect(abs(numeric - analytic) <= 1e-7 * max(1, abs(analytic)))
    #expect(abs(analytic) > 1e-3)
  }

  /// Each phase ends in its meetings, and what a later one reads of an earlier one is not in the arena.
  @Test(arguments: MeetingSample.all)
  func whatLaterPhasesReadIsKept(sample: MeetingSample) {
    let graph = sample.graph(4, 9, ShardPlace(0, of: 2)).differentiated(of: .metric("objective"))
      .simplified()
    let program = graph.lowered()
    let plan = program.planMemory()
    #expect(program.violations(of: plan) == [])
    #expect(program.phases().max()! >= (sample.description == "standardised" ? 5 : 2))
    // Seen where it is in the arena after all.
    var broken = plan
    for (index, place) in plan.places.enumerated() where place?.space == .shard {
      broken.places[index]?.space = .arena
    }
    broken.arenaCount = 1 << 20
    #expect(!program.violations(of: broken).isEmpty)
  }

  @Test func theVerifierKnowsCollectives() throws {
    try MeetingSample.standardised.graph(4, 9, nil).verify()
    var graph = MeetingSample.pairwise.graph(4, 9, nil)
    let gather = try #require(graph.nodes.firstIndex { $0.op == .allGather(count: 9) })
    graph.nodes[gather].op = .allGather(count: 3)
    #expect(throws: GraphError.self) { try graph.verify() }
  }
}

import Execution
import GraphIR
import GraphReference
import GraphRuns
import GraphTestSupport
import Testing

/// What random nodes draw, by whose rows they are.
@Suite struct NoiseTests {
  private func drawn(_ build: (inout GraphBuilder) -> Value) throws -> [Float] {
    var g = GraphBuilder()
    g.output(.result("noise"), build(&g))
    let memory = ParameterMemory(ParameterTable([]))
    return try runOnce(g.graph, parameters: memory, inputs: [:], noise: (11, 5))[0]
  }

  /// The rows that shards share out are those that a shard alone draws.
  @Test(arguments: [NoiseDistribution.uniform, .standardNormal])
  func sharedRowsAreThoseOfOne(distribution: NoiseDistribution) throws {
    let all = try drawn { $0.random(distribution, [6, 5], rows: .numbered(from: 0)) }
    let parts = try [0, 3].map { first in
      try drawn { $0.random(distribution, [3, 5], rows: .numbered(from: first)) }
    }
    #expect(parts[0] + parts[1] == all)
    #expect(Set(all).count == 30)
    // Here example i has id i.
    #expect(try drawn { $0.random(distribution, [6, 5]) } == all)
  }

  @Test(
    arguments: [.uniform, .standardNormal, .permutation] as [NoiseDistribution],
    [NoiseRows.examples, .numbered(from: 4)])
  func drawsAreThoseOfTheFormulas(distribution: NoiseDistribution, rows: NoiseRows) throws {
    let shape: Shape = [9, 7]
    let found = try drawn { $0.random(distribution, shape, rows: rows) }
    let expected = engineNoise(key: 11, step: 5, ids: (0..<9).map { $0 })(
      distribution, 0, rows, shape)
    #expect(zip(found, expected.values).allSatisfy { abs(Double($0) - $1) <= 2e-6 })
    #expect(found.count == shape.count)
  }
}

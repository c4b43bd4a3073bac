import GraphIR
import GraphPasses
import GraphReference
import GraphTestSupport
import Testing

@Suite struct SimplifyTests {
  /// Whether a sum takes a sum: the one rewriting that changes an order of additions.
  private func sumsASum(_ graph: Graph) -> Bool {
    graph.nodes.contains { node in
      guard case .sum = node.op, case .sum = graph[node.operands[0]].op else { return false }
      return true
    }
  }

  /// Equal as numbers, so that −0 equals 0: x + 0 is 0 where x is −0.
  @Test(arguments: OpCase.all)
  func resultsStayAsTheyWere(opCase: OpCase) throws {
    let graph = opCase.graph().differentiated(of: .metric("objective"))
    let simplified = graph.simplified()
    try simplified.verify()
    #expect(simplified.outputs.map(\.role) == graph.outputs.map(\.role))
    #expect(simplified.parameters == graph.parameters)
    func run(_ graph: Graph) -> [Tensor] {
      Interpreter(graph).run(
        inputs: opCase.inputs(seed: 21), parameters: opCase.parameters(seed: 21),
        noise: deterministicNoise(seed: 21))
    }
    for (before, after) in zip(run(graph), run(simplified)) {
      // n additions in another order differ by at most 2 n ulp of the sum of magnitudes; here
      // n ≤ 120 and magnitudes are below 100.
      let tolerance = sumsASum(graph) ? 2 * 120 * 100 * 0x1p-53 : 0
      #expect(before.shape == after.shape)
      let distance = zip(before.values, after.values).map { abs($0 - $1) }.max() ?? 0
      #expect(distance <= tolerance)
    }
  }

  @Test(arguments: OpCase.all)
  func neverGrowsAndEndsWhereItStarts(opCase: OpCase) {
    let graph = opCase.graph().differentiated(of: .metric("objective"))
    let simplified = graph.simplified()
    #expect(simplified.nodes.count <= graph.nodes.count)
    #expect(simplified.simplified() == simplified)
    #expect(unneeded(simplified) == [], "\(simplified)")
  }

  /// Nodes that no output and no other node uses.
  private func unneeded(_ graph: Graph) -> [Int] {
    let used = Set(graph.nodes.flatMap(\.operands) + graph.outputs.map(\.value)).map(\.index)
    return graph.nodes.indices.filter { !used.contains($0) }
  }

  /// One rewriting per row: what is built, and the lines that remain before the outputs.
  @Test func eachRuleLeavesWhatItShould() {
    func lines(_ build: (inout GraphBuilder, Value) -> Value) -> [String] {
      var g = GraphBuilder()
      let x = g.parameter(
        ParameterDeclaration(
          name: "x", shape: [2, 3], initializer: .constant(0), role: .trained(isWeight: false)))
      let y = build(&g, x)
      g.output(.result("y"), y)
      let simplified = g.graph.simplified()
      return simplified.description.split(separator: "\n").map(String.init)
    }
    let x = "%0 [2, 3] = parameter(0) x"
    let itself = [x, "result(\"y\") ← %0"]
    #expect(lines { $0.add($1, 0) } == itself)
    #expect(lines { $0.add($0.constant(0), $1) } == itself)
    #expect(lines { $0.subtract($1, $0.constant(0)) } == itself)
    #expect(lines { $0.scale($1, by: 1) } == itself)
    #expect(lines { $0.divide($1, $0.constant(1)) } == itself)
    #expect(lines { $0.negate($0.negate($1)) } == itself)
    #expect(lines { $0.stopGradient($1) } == itself)
    #expect(lines { $0.transpose($0.transpose($1, [1, 0]), [1, 0]) } == itself)
    #expect(lines { $0.reshape($0.reshape($1, [6]), [2, 3]) } == itself)
    #expect(lines { $0.apply(.sum(axes: []), $1) } == itself)
    let negated = [x, "%1 [2, 3] = negate %0", "result(\"y\") ← %1"]
    #expect(lines { $0.scale($1, by: -1) } == negated)
    #expect(lines { $0.subtract($0.constant(0), $1) } == negated)
    #expect(
      lines { $0.reshape($0.reshape($1, [6]), [3, 2]) }
        == [x, "%1 [3, 2] = reshape %0", "result(\"y\") ← %1"])
    #expect(
      lines { $0.sum($0.sum($1, axes: [0]), axes: [0]) }
        == [x, "%1 [] = sum(axes: [0, 1]) %0", "result(\"y\") ← %1"])
    #expect(
      lines { g, _ in g.broadcastTrailing(g.add(g.constant(2), 3), to: [4]) }
        == ["%0 [4] = constant(5.0)", "result(\"y\") ← %0"])
    // A number times a vector that is repeated 16 times or more; 15 times, it stays.
    for (rows, op) in [(16, "broadcast"), (15, "binary")] {
      let last = lines { g, x in
        let row = g.reshape(x, [6])
        return g.scale(g.broadcastTrailing(row, to: [rows, 6]), by: 2)
      }.dropLast().last!
      #expect(last.contains(op == "broadcast" ? "broadcast" : "multiply"))
    }
  }
}

import GraphIR
import GraphPasses
import GraphReference
import GraphTestSupport
import Testing

@Suite struct GradientTests {
  /// Truncation is h²/6 ≈ 6e-12 times a third derivative, rounding ε/h ≈ 4e-11 times the scale;
  /// 1e-7 leaves room for sums of both and is far below any wrong rule.
  @Test(arguments: OpCase.all, [11, 12, 13] as [UInt64])
  func gradientMatchesFiniteDifference(opCase: OpCase, seed: UInt64) {
    let check = gradientCheck(
      graph: opCase.graph(), inputs: opCase.inputs(seed: seed),
      parameters: opCase.parameters(seed: seed), noise: deterministicNoise(seed: seed), seed: seed)
    #expect(check.relativeError <= 1e-7, "\(opCase), seed \(seed): \(check)")
  }

  /// The set of operations is closed: derivatives have derivatives.
  @Test(arguments: OpCase.all, [11, 12] as [UInt64])
  func secondDerivativeMatchesFiniteDifference(opCase: OpCase, seed: UInt64) throws {
    let graph = opCase.derivativeGraph()
    try graph.verify()
    let check = gradientCheck(
      graph: graph, inputs: opCase.inputs(seed: seed),
      parameters: opCase.parameters(seed: seed), noise: deterministicNoise(seed: seed), seed: seed)
    #expect(check.relativeError <= 1e-6, "\(opCase), seed \(seed): \(check)")
  }

  /// A check that compared zeros would pass anything: all derivatives but these are seen.
  @Test(arguments: OpCase.all)
  func gradientIsNotZero(opCase: OpCase) {
    let vanishing = [
      "heaviside on both sides of 0", "clamp, below", "clamp, above",
      "an operand subtracted from itself", "floor",
    ]
    let graph = opCase.graph().differentiated(of: .metric("objective"))
    let results = Interpreter(graph).run(
      inputs: opCase.inputs(seed: 11), parameters: opCase.parameters(seed: 11),
      noise: deterministicNoise(seed: 11))
    let isZero = results.dropFirst(2).allSatisfy { $0.values.allSatisfy { $0 == 0 } }
    #expect(isZero == vanishing.contains(opCase.name))
  }

  @Test(arguments: OpCase.all)
  func differentiatedGraphKeepsTheRules(opCase: OpCase) throws {
    try opCase.graph().verify()
    try opCase.graph().differentiated(of: .metric("objective")).verify()
  }

  @Test func everyOperationHasACase() {
    #expect(OpCase.uncovered == [])
  }

  @Test func namesOfCasesDiffer() {
    let names = OpCase.all.map(\.name)
    #expect(Set(names).count == names.count)
  }
}

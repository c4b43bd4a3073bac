import GraphIR
import GraphPasses
import GraphReference
import GraphTestSupport
import Testing

@Suite struct DifferentiateTests {
  private func weight(_ name: String, _ shape: Shape) -> ParameterDeclaration {
    ParameterDeclaration(
      name: name, shape: shape, initializer: .constant(0), role: .trained(isWeight: true))
  }

  /// Gradients of `.metric("objective")` at 2, 3, … for scalar parameters.
  private func gradients(
    _ count: Int, _ objective: (inout GraphBuilder, [Value]) -> Value
  ) -> [Double] {
    var g = GraphBuilder()
    let x = (0..<count).map { g.parameter(weight("x\($0)", .scalar)) }
    let value = objective(&g, x)
    g.output(.metric("objective"), value)
    let graph = g.graph.differentiated(of: .metric("objective"))
    let parameters = (0..<count).map { Tensor(repeating: Double($0 + 2), shape: .scalar) }
    return Interpreter(graph).run(
      inputs: [:], parameters: parameters, noise: deterministicNoise(seed: 1)
    ).dropFirst().map { $0[0] }
  }

  @Test func nothingPassesThroughStopGradient() {
    #expect(gradients(2) { $0.multiply($1[0], $0.stopGradient($0.square($1[1]))) } == [9, 0])
    // The same value inside and outside: only the outer use counts.
    #expect(gradients(1) { $0.multiply($1[0], $0.stopGradient($1[0])) } == [2])
  }

  @Test func nothingPassesThroughAStep() {
    #expect(gradients(2) { $0.multiply($1[0], $0.heaviside($1[1])) } == [1, 0])
  }

  @Test func contributionsOfAllUsesAreAdded() {
    // x³ + 2x at 2: 3 · 4 + 2.
    #expect(
      gradients(1) { $0.add($0.multiply($1[0], $0.square($1[0])), $0.scale($1[0], by: 2)) } == [14])
  }

  @Test func tiesGoToTheRightOperand() {
    #expect(gradients(2) { $0.maximum($0.add($1[0], 1), $1[1]) } == [0, 1])
    #expect(gradients(2) { $0.minimum($0.add($1[0], 1), $1[1]) } == [0, 1])
  }

  @Test func unusedParametersGetZerosAndStatisticsNothing() throws {
    var g = GraphBuilder()
    let used = g.parameter(weight("used", [3]))
    _ = g.parameter(weight("unused", [2, 5]))
    let running = g.parameter(
      ParameterDeclaration(
        name: "running", shape: [3], initializer: .constant(0), role: .statistic(momentum: 0.1)))
    g.declare(weight("declared", [4]))
    let objective = g.sum(g.multiply(used, running))
    g.output(.metric("objective"), objective)
    let graph = g.graph.differentiated(of: .metric("objective"))
    try graph.verify()
    #expect(
      graph.outputs.map(\.role) == [.metric("objective"), .gradient(0), .gradient(1), .gradient(3)])
    let random = Tensor(shape: [3], values: [5, 6, 7])
    let results = Interpreter(graph).run(
      inputs: [:],
      parameters: [
        Tensor(repeating: 1, shape: [3]), Tensor(repeating: 1, shape: [2, 5]), random,
        Tensor(repeating: 1, shape: [4]),
      ], noise: deterministicNoise(seed: 1))
    #expect(
      Array(results.dropFirst()) == [
        random, Tensor(repeating: 0, shape: [2, 5]), Tensor(repeating: 0, shape: [4]),
      ])
  }

  /// The number of nodes whose operation satisfies a condition.
  private func count(in graph: Graph, _ isCounted: (Op) -> Bool) -> Int {
    graph.nodes.filter { isCounted($0.op) }.count
  }

  @Test func gradientOfTheDataIsNeverComputed() {
    var g = GraphBuilder()
    let geometry = ConvolutionGeometry(stride: 2, padding: 1)
    let image = g.input("x", [2, 7, 7, 1])
    let hidden = g.relu(
      g.convolution(image, weight: g.parameter(weight("w0", [3, 1, 3, 3])), geometry))
    let second = g.convolution(hidden, weight: g.parameter(weight("w1", [2, 3, 3, 3])), geometry)
    let objective = g.sum(g.square(second))
    g.output(.metric("objective"), objective)
    let graph = g.graph.differentiated(of: .metric("objective"))
    let inputGradients = count(in: graph) {
      if case .convolutionInputGradient = $0 { true } else { false }
    }
    let weightGradients = count(in: graph) {
      if case .convolutionWeightGradient = $0 { true } else { false }
    }
    #expect(inputGradients == 1, "only the second layer's input has one")
    #expect(weightGradients == 2)
  }

  @Test func nothingIsComputedTowardsAStop() {
    for stop in [Op.stopGradient, .unary(.heaviside), .unary(.floor)] {
      var g = GraphBuilder()
      let (a, b) = (g.parameter(weight("a", [3])), g.parameter(weight("b", [3])))
      let objective = g.sum(g.multiply(a, g.apply(stop, b)))
      g.output(.metric("objective"), objective)
      let graph = g.graph.differentiated(of: .metric("objective"))
      let products = count(in: graph) { $0 == .binary(.multiply) }
      #expect(products == 2, "the value and the derivative for a, none for b")
    }
  }

  @Test func firstDenseLayerHasNoInputGradient() {
    var g = GraphBuilder()
    let x = g.input("x", [4, 5])
    let y = g.dense(
      x, weight: g.parameter(weight("w", [3, 5])), bias: g.parameter(weight("b", [3])))
    let objective = g.sum(g.square(y))
    g.output(.metric("objective"), objective)
    let graph = g.graph.differentiated(of: .metric("objective"))
    #expect(count(in: graph) { if case .matmul = $0 { true } else { false } } == 2)
  }
}

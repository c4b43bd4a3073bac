import GraphIR
import GraphPasses
import Testing

@Suite struct VerifierTests {
  /// %0 input, %1 parameter, %2 product, %3 sum, differentiated: %4 …
  private var sound: Graph {
    var g = GraphBuilder()
    let x = g.input("x", [2, 3])
    let w = g.parameter(
      ParameterDeclaration(
        name: "w", shape: [2, 3], initializer: .constant(0), role: .trained(isWeight: true)))
    let objective = g.sum(g.multiply(x, w))
    g.output(.metric("objective"), objective)
    return g.graph.differentiated(of: .metric("objective"))
  }

  private func expectError(
    _ position: String, _ rule: String, _ breaking: (inout Graph) -> Void,
    at location: SourceLocation = #_sourceLocation
  ) {
    var graph = sound
    breaking(&graph)
    let error = #expect(throws: GraphError.self, sourceLocation: location) { try graph.verify() }
    #expect(error?.description == "\(position): \(rule)", sourceLocation: location)
  }

  @Test func soundGraphPasses() throws {
    try sound.verify()
  }

  @Test func operandsComeEarlier() {
    expectError("%2 multiply", "uses %3, which is not earlier") {
      $0.nodes[2].operands[1] = Value(3)
    }
    expectError("%2 multiply", "uses %2, which is not earlier") {
      $0.nodes[2].operands[0] = Value(2)
    }
    expectError("%2 multiply", "uses %-1, which is not earlier") {
      $0.nodes[2].operands[0] = Value(-1)
    }
  }

  @Test func shapesFollowFromOperands() {
    expectError("%2 multiply", "multiply of [3, 2]: its shape should be [2, 3]") {
      $0.nodes[2].shape = [3, 2]
    }
    expectError(
      "%3 sum(axes: [0, 2])",
      "sum(axes: [0, 2]) of [2, 3]: axes [0, 2] are not distinct axes of the operand"
    ) { $0.nodes[3].op = .sum(axes: [0, 2]) }
    expectError("%2 multiply", "multiply of [2, 3]: needs 2 operands") {
      $0.nodes[2].operands = [Value(0)]
    }
  }

  @Test func parametersExist() {
    expectError("%1 parameter(7)", "no parameter 7 of shape [2, 3]") {
      $0.nodes[1].op = .parameter(7, [2, 3])
    }
    expectError("%1 parameter(0)", "no parameter 0 of shape [2, 3]") {
      $0.parameters[0].shape = [6]
    }
    expectError("%1 parameter(0)", "no parameter 0 of shape [2, 3]") { $0.parameters = [] }
  }

  @Test func namesOfParametersDiffer() {
    expectError("parameters", "two of them share a name") {
      $0.parameters.append($0.parameters[0])
    }
  }

  @Test func anInputHasOneShape() {
    expectError("%\(sound.nodes.count) input(x)", "the input has two shapes") {
      var g = GraphBuilder(continuing: $0)
      _ = g.input("x", [3, 2])
      $0 = g.graph
    }
  }

  @Test func outputsExistAndGradientsHaveTheirShape() {
    expectError("output metric(\"objective\")", "%99 does not exist") {
      $0.outputs[0].value = Value(99)
    }
    expectError("output gradient(0)", "does not have its parameter's shape") {
      $0.outputs[1].value = Value(3)
    }
    expectError("output gradient(1)", "does not have its parameter's shape") {
      $0.outputs[1].role = .gradient(1)
    }
    expectError("output statistic(0)", "does not have its parameter's shape") {
      $0.outputs[0].role = .statistic(0)
    }
  }
}

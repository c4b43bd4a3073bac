import Execution
import GraphIR
import GraphPasses
import GraphReference
import GraphRuns
import GraphTestSupport
import Testing

/// Every operation of the engine, forward and backward, against the interpreter in double.
@Suite struct OpCaseTests {
  @Test(arguments: OpCase.all)
  func engineAgreesWithInterpreter(op: OpCase) throws {
    let graph = op.graph().differentiated(of: .metric("objective")).withNoiseInputs()
    try expectAgreement(
      graph, inputs: op.inputs(seed: 5), parameters: op.parameters(seed: 5), tolerance: 2e-5)
  }

  @Test(arguments: OpCase.all)
  func secondDerivativesAgreeToo(op: OpCase) throws {
    let graph = op.derivativeGraph().differentiated(of: .metric("objective")).withNoiseInputs()
    try expectAgreement(
      graph, inputs: op.inputs(seed: 5), parameters: op.parameters(seed: 5), tolerance: 1e-4)
  }
}

/// Runs a graph on both and compares every output, relative to its largest element.
func expectAgreement(
  _ graph: Graph, inputs: [String: Tensor], parameters: [Tensor],
  precision: Precision = .float32, tolerance: Double,
  smallestScale: Double = 1e-3, _ place: Comment = ""
) throws {
  var inputs = inputs
  let noise = deterministicNoise(seed: 9)
  for (name, shape) in graph.inputs where inputs[name] == nil {
    // A normal draw may be any number; a uniform one is taken for dropout's threshold.
    inputs[name] = noise(.standardNormal, name.count, .examples, shape).map {
      abs($0 - $0.rounded(.down))
    }
  }
  let rounded = inputs.mapValues { $0.map { Double(Float($0)) } }
  let roundedParameters = parameters.map { $0.map { Double(Float($0)) } }
  let expected = Interpreter(graph).run(
    inputs: rounded, parameters: roundedParameters, noise: noise)
  let memory = ParameterMemory(ParameterTable(graph.parameters))
  for (index, value) in roundedParameters.enumerated() {
    memory[index] = value.values.map(Float.init)
  }
  let found = try runOnce(
    graph, parameters: memory, inputs: rounded.mapValues { $0.values.map(Float.init) },
    precision: precision)
  for (position, output) in graph.outputs.enumerated() {
    let scale = max(smallestScale, magnitude(of: position, in: graph, expected))
    let worst = zip(expected[position].values, found[position]).map { abs($0 - Double($1)) / scale }
    #expect(
      worst.allSatisfy { $0 <= tolerance },
      "\(place) \(output.role): off by \(worst.max() ?? 0) of \(scale)"
    )
    #expect(expected[position].values.count == found[position].count)
  }
}

/// What an output's error is measured against: its largest element; for a sum, whose terms may
/// cancel, the sum of the magnitudes of what was summed.
private func magnitude(of position: Int, in graph: Graph, _ expected: [Tensor]) -> Double {
  let values = graph.output(.result("value")).flatMap { value in
    graph.outputs.firstIndex { $0.value == value }
  }
  if graph.outputs[position].role == .metric("objective"), let values {
    return expected[values].values.reduce(0) { $0 + abs($1) }
  }
  return expected[position].values.reduce(0) { max($0, abs($1)) }
}

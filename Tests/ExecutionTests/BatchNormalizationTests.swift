import CKernels
import Execution
import GraphIR
import GraphPasses
import GraphReference
import GraphRuns
import GraphTestSupport
import KernelCalls
import Kernels
import Testing

/// Batch normalisation as the engine computes it, on arrays so large that loops compute again what
/// they could have kept, and on data that is hard on sums of squares.
@Suite struct BatchNormalizationTests {
  @Test func largeArraysAgreeWithTheInterpreter() throws {
    let graph = GraphSamples.normalizedConvolutions().differentiated(of: .metric("objective"))
    let parameters = graph.parameters.enumerated().map { index, parameter in
      deterministicNoise(seed: 3)(.standardNormal, index, .examples, parameter.shape).map {
        0.3 * $0 + 0.1
      }
    }
    // Sums of 32,768 products, whose roundings are as many up as down: √32768 · 2⁻²⁴ = 1.1e-5 of the
    // sum of magnitudes, which is some times larger than a result.
    try expectAgreement(graph, inputs: [:], parameters: parameters, tolerance: 1e-4)
  }

  /// Rows far from zero, and a first sixteenth of the rows that is far from the others: what the
  /// moments are taken about is a bad guess then.
  @Test(arguments: [(mean: 1000.0, first: 0.0), (0.0, 100.0), (-30.0, -1000.0)])
  func distantRowsCostFewDigits(mean: Double, first: Double) throws {
    var builder = GraphBuilder()
    let x = builder.input("x", [160, 4])
    let one = builder.constant(1, [4])
    let normalized = builder.batchNormalize(x, scale: one, shift: one, epsilon: 1e-5)
    builder.output(.result("value"), normalized.result)
    builder.output(.result("variance"), normalized.unbiasedVariance)
    builder.output(.result("mean"), normalized.mean)
    var rows = deterministicNoise(seed: 4)(.standardNormal, 0, .examples, [160, 4])
    for index in rows.values.indices { rows.values[index] += index < 40 ? mean + first : mean }
    // Two sums of 160 rows, whose roundings are as many up as down; 15 parts of 16 cancel.
    try expectAgreement(
      builder.graph, inputs: ["x": rows], parameters: [],
      tolerance: 2 * 160.0.squareRoot() * 16 * 0x1p-24)
  }

  /// A channel that never changes has no variance, not a negative one.
  @Test func constantChannelsStayFinite() throws {
    var builder = GraphBuilder()
    let x = builder.add(builder.input("x", [96, 3]), builder.constant(0.1))
    let one = builder.constant(1, [3])
    let normalized = builder.batchNormalize(x, scale: one, shift: one, epsilon: 1e-30)
    builder.output(.result("variance"), normalized.unbiasedVariance)
    let memory = ParameterMemory(ParameterTable([]))
    let found = try runOnce(
      builder.graph, parameters: memory, inputs: ["x": [Float](repeating: 3e4, count: 288)])
    #expect(found[0].allSatisfy { $0 >= 0 && $0 < 1e-3 })
  }

  /// A product and a sum, and the derivative of an activation, are one function of the kernel each.
  @Test(arguments: [0.0, 0.01, 0.2])
  func productsJoinSumsAndMasksAreChoices(slope: Double) throws {
    var builder = GraphBuilder()
    let weight = builder.parameter(
      ParameterDeclaration(
        name: "w", shape: [40, 5], initializer: .constant(1), role: .trained(isWeight: true)))
    let sum = builder.add(
      builder.multiply(weight, builder.input("a", [40, 5])), builder.input("b", [40, 5]))
    let y = slope == 0 ? builder.relu(sum) : builder.leakyReLU(sum, slope: slope)
    let product = builder.multiply(y, builder.input("c", [40, 5]))
    builder.output(.metric("objective"), builder.sum(product))
    let graph = builder.graph.differentiated(of: .metric("objective"))
    var functions: [vaedp_function] = []
    let plan = Plan(graph, table: ParameterTable(graph.parameters))
    for case .loop(let loop) in plan.calls.map(\.kernel) {
      functions += LoopRegisters(loop).instructions.map(\.function)
    }
    #expect(functions.count { $0 == VAEDP_MULTIPLY_ADD } == 1)
    #expect(functions.count { $0 == VAEDP_MASKED } == 1)
    #expect(!functions.contains { [VAEDP_HEAVISIDE, VAEDP_ADD].contains($0) })
    try expectAgreement(
      graph, inputs: [:],
      parameters: [deterministicNoise(seed: 5)(.standardNormal, 0, .examples, [40, 5])],
      tolerance: 1e-6)
  }
}

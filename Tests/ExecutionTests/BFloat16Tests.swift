import EngineTestSupport
import Execution
import GraphIR
import GraphPasses
import GraphReference
import GraphRuns
import GraphTestSupport
import Kernels
import Models
import Testing

/// Products of bfloat16 against the interpreter in double. Rounding an operand moves it by at most
/// 2⁻⁹ of itself, so a term of a sum by 2⁻⁸ = 0.4 %; what cancels makes that larger.
@Suite(.enabled(if: Precision.bfloat16.isAvailable, "needs AVX512-BF16 or AMX-BF16"))
struct BFloat16Tests {
  @Test(arguments: OpCase.all)
  func smallProductsAgreeWithInterpreter(op: OpCase) throws {
    let graph = op.graph().differentiated(of: .metric("objective")).withNoiseInputs()
    try expectAgreement(
      graph, inputs: op.inputs(seed: 5), parameters: op.parameters(seed: 5), precision: .bfloat16,
      tolerance: 2e-2)
  }

  /// Shapes on which the library's fast kernels run, with all their derivatives.
  static let large = [
    OpCase("dense", [[64, 100], [200, 100], [200]]) {
      $0.dense($1[0], weight: $1[1], bias: $1[2])
    },
    OpCase("convolution", [[4, 16, 16, 32], [64, 32, 4, 4]]) {
      $0.convolution($1[0], weight: $1[1], ConvolutionGeometry(stride: 2, padding: 1))
    },
    OpCase("convolution of one channel", [[4, 16, 16, 1], [32, 1, 4, 4]]) {
      $0.convolution($1[0], weight: $1[1], ConvolutionGeometry(stride: 2, padding: 1))
    },
    OpCase("transposed convolution", [[4, 8, 8, 64], [64, 32, 4, 4]]) {
      $0.convolutionTransposed($1[0], weight: $1[1], ConvolutionGeometry(stride: 2, padding: 1))
    },
    OpCase("convolution to few channels", [[4, 16, 16, 32], [3, 32, 3, 3]]) {
      $0.convolution($1[0], weight: $1[1], ConvolutionGeometry(stride: 1, padding: 1))
    },
    OpCase("convolution of few pixels", [[8, 4, 4, 128], [64, 128, 3, 3]]) {
      $0.convolution($1[0], weight: $1[1], ConvolutionGeometry(stride: 2, padding: 1))
    },
    OpCase("transposed convolution of few pixels", [[8, 2, 2, 64], [64, 128, 3, 3]]) {
      $0.convolutionTransposed(
        $1[0], weight: $1[1], ConvolutionGeometry(stride: 2, padding: 1), outputPadding: 1)
    },
    OpCase("transposed convolution to few channels", [[4, 8, 8, 32], [32, 1, 4, 4]]) {
      $0.convolutionTransposed($1[0], weight: $1[1], ConvolutionGeometry(stride: 2, padding: 1))
    },
  ]

  @Test(arguments: large)
  func largeProductsAgreeWithInterpreter(op: OpCase) throws {
    let graph = op.graph().differentiated(of: .metric("objective"))
    try expectAgreement(
      graph, inputs: op.inputs(seed: 5), parameters: op.parameters(seed: 5), precision: .bfloat16,
      tolerance: 2e-2)
  }

  /// Values alone: where rounding moves a number across 0, the ReLU's derivative is another.
  @Test func biasAndReLUFollowInFloat32() throws {
    let op = OpCase("dense and ReLU", [[64, 100], [200, 100], [200]]) {
      $0.relu($0.dense($1[0], weight: $1[1], bias: $1[2]))
    }
    try expectAgreement(
      op.graph(), inputs: op.inputs(seed: 5), parameters: op.parameters(seed: 5),
      precision: .bfloat16, tolerance: 2e-2)
  }

  /// They are rounded at all, and sums are not: of 1 + 2⁻⁹ bfloat16 keeps 1, of 300 ones added up
  /// float32 keeps each, where sums in bfloat16 would stay at 256.
  @Test func operandsAreRoundedAndSumsAreNot() throws {
    var builder = GraphBuilder()
    let a = builder.input("a", [2, 300])
    let b = builder.input("b", [300, 2])
    builder.output(.result("product"), builder.matmul(a, b))
    let memory = ParameterMemory(ParameterTable([]))
    let inputs = [
      "a": [Float](repeating: 1 + 0x1p-9, count: 600), "b": [Float](repeating: 1, count: 600),
    ]
    func product(_ precision: Precision) throws -> [Float] {
      try runOnce(builder.graph, parameters: memory, inputs: inputs, precision: precision)[0]
    }
    #expect(try product(.bfloat16) == [300, 300, 300, 300])
    #expect(try product(.float32).allSatisfy { $0 > 300.5 })
  }

  @Test(arguments: ShippedConfiguration.all)
  func noProductRunsOnAReferenceKernel(configuration: ShippedConfiguration) throws {
    let graph = try configuration.model().trainingGraph(rows: 64)
      .differentiated(of: .metric("objective"))
    let plan = Plan(graph, table: ParameterTable(graph.parameters), precision: .bfloat16)
    let sequence = try KernelSequence(
      plan.calls, arenaCount: plan.arenaCount, workspace: Workspace(), precision: plan.precision)
    let names = sequence.implementations.compactMap(\.self)
    #expect(names.count >= 8)
    for name in names { #expect(!name.isEmpty && !name.contains("ref")) }
  }
}

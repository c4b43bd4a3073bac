import GraphIR
import GraphTestSupport
import Testing

@Suite struct ShapeErrorTests {
  /// An operation on operands that it refuses.
  struct Refusal: Sendable, CustomStringConvertible {
    var op: Op
    var operands: [Shape]
    var rule: String
    var description: String { "\(op.name) of \(operands)" }
  }

  private static let geometry = ConvolutionGeometry(stride: 2, padding: 1)
  private static let unaries: [UnaryFunction] = [
    .negate, .exp, .log, .log1p, .softplus, .tanh, .sigmoid, .squareRoot, .square, .reciprocal,
    .erf, .relu, .leakyReLU(slope: 0.1), .heaviside, .floor,
  ]
  private static let binaries: [BinaryFunction] = [
    .add, .subtract, .multiply, .divide, .maximum, .minimum,
  ]

  static let table: [Refusal] =
    unaries.map { Refusal(op: .unary($0), operands: [[2], [2]], rule: "needs 1 operands") }
    + binaries.map {
      Refusal(op: .binary($0), operands: [[2], [3]], rule: "needs two operands of one shape")
    } + leaves + collectives + rearrangements + indexings + products

  private static let leaves: [Refusal] = [
    Refusal(op: .input("x", [2]), operands: [[2]], rule: "needs 0 operands"),
    Refusal(op: .parameter(0, [2]), operands: [[2]], rule: "needs 0 operands"),
    Refusal(op: .constant(1, [2]), operands: [[2]], rule: "needs 0 operands"),
    Refusal(
      op: .random(.uniform, stream: 0, .scalar), operands: [],
      rule: "noise needs a leading axis of rows"),
    Refusal(
      op: .random(.uniform, stream: 0, rows: .numbered(from: -1), [2, 3]), operands: [],
      rule: "rows -1..<1 are not numbers of 32 bits"),
    Refusal(
      op: .random(.permutation, stream: 0, rows: .numbered(from: 0), [2]), operands: [],
      rule: "a permutation needs rows and columns"),
    Refusal(
      op: .random(.permutation, stream: 0, [2, 3]), operands: [],
      rule: "a permutation's rows are no examples"),
    Refusal(
      op: .random(.permutation, stream: 0, rows: .numbered(from: 0), [16_777_217, 1]),
      operands: [],
      rule: "16777217 rows: floats tell the numbers below 16777216 apart"),
    Refusal(op: .stopGradient, operands: [], rule: "needs 1 operands"),
  ]

  private static let collectives: [Refusal] = [
    Refusal(op: .allReduce, operands: [], rule: "needs 1 operands"),
    Refusal(
      op: .allGather(count: 3), operands: [[4, 2]],
      rule: "a minibatch of 3 has fewer rows than the shard"),
    Refusal(
      op: .allGather(count: 3), operands: [.scalar], rule: "needs a leading axis of examples"),
    Refusal(
      op: .reduceScatter(rows: 5), operands: [[4, 2]],
      rule: "a shard of 5 has more rows than the minibatch"),
  ]

  private static let rearrangements: [Refusal] = [
    Refusal(
      op: .sum(axes: [1, 1]), operands: [[2, 3]],
      rule: "axes [1, 1] are not distinct axes of the operand"),
    Refusal(
      op: .logSumExp(axis: 2), operands: [[2, 3]],
      rule: "axes [2] are not distinct axes of the operand"),
    Refusal(
      op: .broadcast([2, 3], axes: [0]), operands: [[3]], rule: "axes [0] do not fit into [2, 3]"),
    Refusal(
      op: .broadcast([3, 2], axes: [1, 0]), operands: [[2, 3]],
      rule: "axes [1, 0] do not fit into [3, 2]"),
    Refusal(
      op: .broadcast([3, 2], axes: []), operands: [[2]], rule: "axes [] do not fit into [3, 2]"),
    Refusal(
      op: .reshape([5]), operands: [[2, 3]], rule: "cannot become [5]: other element count"),
    Refusal(
      op: .transpose([0, 2]), operands: [[2, 3]], rule: "[0, 2] is not a permutation of the axes"),
    Refusal(
      op: .slice(axis: 1, start: 2, count: 2), operands: [[2, 3]],
      rule: "2..<4 lies outside axis 1"),
    Refusal(
      op: .slice(axis: 2, start: 0, count: 1), operands: [[2, 3]],
      rule: "axes [2] are not distinct axes of the operand"),
    Refusal(
      op: .pad(axis: 0, before: -1, after: 0), operands: [[2]],
      rule: "needs non-negative padding"),
    Refusal(
      op: .concatenate(axis: 1), operands: [[2, 3], [4, 3]],
      rule: "operands differ in an axis other than 1"),
    Refusal(
      op: .concatenate(axis: 1), operands: [[2], [2]],
      rule: "axes [1] are not distinct axes of the operand"),
    Refusal(
      op: .concatenate(axis: 3), operands: [[2, 3]],
      rule: "axes [3] are not distinct axes of the operand"),
    Refusal(op: .concatenate(axis: 0), operands: [], rule: "needs an operand"),
  ]

  private static let indexings: [Refusal] = [
    Refusal(
      op: .gatherRows, operands: [[4, 3], [6]], rule: "needs rows and an index of one rank"),
    Refusal(
      op: .gatherRows, operands: [.scalar, .scalar], rule: "needs rows and an index of one rank"),
    Refusal(
      op: .gatherRows, operands: [[4, 3], [6, 1]],
      rule: "the index has other columns than the rows"),
    Refusal(
      op: .gatherRows, operands: [[16_777_217], [2]],
      rule: "16777217 rows: an index of floats tells 1 to 16777216 apart"),
    Refusal(
      op: .scatterRows(rows: 4), operands: [[6, 3], [5, 3]],
      rule: "needs an index for every element"),
    Refusal(
      op: .scatterRows(rows: 0), operands: [[6, 3], [6, 3]],
      rule: "0 rows: an index of floats tells 1 to 16777216 apart"),
  ]

  private static let products: [Refusal] = [
    Refusal(
      op: .matmul(transposeLeft: false, transposeRight: true), operands: [[2, 3], [3, 4]],
      rule: "inner extents 3 and 4 differ"),
    Refusal(
      op: .matmul(transposeLeft: true, transposeRight: false), operands: [[2, 3], [3, 4]],
      rule: "inner extents 2 and 3 differ"),
    Refusal(
      op: .matmul(transposeLeft: false, transposeRight: false), operands: [[3], [3, 4]],
      rule: "needs two matrices"),
    Refusal(
      op: .convolution(geometry), operands: [[1, 8, 8, 3], [5, 2, 3, 3]],
      rule: "3 channels meet weights for 2"),
    Refusal(
      op: .convolution(geometry), operands: [[1, 2, 2, 3], [5, 3, 5, 5]],
      rule: "the kernel is larger than the padded input"),
    Refusal(
      op: .convolution(geometry), operands: [[8, 8, 3], [5, 3, 3, 3]],
      rule: "needs operands of four axes"),
    Refusal(
      op: .convolutionInputGradient(geometry, height: 8, width: 8),
      operands: [[1, 4, 5, 5], [5, 3, 3, 3]], rule: "8 × 8 pixels do not convolve to 4 × 5"),
    Refusal(
      op: .convolutionInputGradient(geometry, height: 8, width: 8),
      operands: [[1, 4, 4, 2], [5, 3, 3, 3]], rule: "2 channels meet weights for 5"),
    Refusal(
      op: .convolutionWeightGradient(geometry, kernelHeight: 3, kernelWidth: 3),
      operands: [[1, 8, 8, 3], [2, 4, 4, 5]],
      rule: "input and output do not belong to one convolution"),
  ]

  @Test(arguments: table)
  func illegalOperandsAreRefused(refusal: Refusal) {
    var g = GraphBuilder()
    let operands = refusal.operands.enumerated().map { g.input("x\($0)", $1) }
    let error = #expect(throws: ShapeError.self) { try g.emit(refusal.op, operands) }
    #expect(error?.rule == refusal.rule)
    #expect(error?.operation == refusal.op.name)
    #expect(error?.operands == refusal.operands)
    #expect(g.graph.nodes.count == operands.count, "nothing is emitted")
  }

  @Test func everyOperationIsInTheTable() {
    let refused = Set(Self.table.map { OpKind($0.op) })
    #expect(OpKind.allCases.filter { !refused.contains($0) } == [])
  }
}

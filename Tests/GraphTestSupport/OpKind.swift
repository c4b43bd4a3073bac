package import GraphIR

/// Operations without their settings, so that they can be listed.
package enum OpKind: String, CaseIterable, Sendable {
  case input, parameter, constant, random
  case negate, exp, log, log1p, softplus, tanh, sigmoid, squareRoot, square, reciprocal, erf
  case relu, leakyReLU, heaviside, floor
  case add, subtract, multiply, divide, maximum, minimum
  case sum, logSumExp, broadcast, reshape, transpose, slice, pad, concatenate
  case gatherRows, scatterRows
  case matmul, convolution, convolutionInputGradient, convolutionWeightGradient
  case stopGradient
  case allReduce, allGather, reduceScatter

  // No `default`: a new operation must not compile without a kind, nor pass without a case.
  /// The kind of an operation.
  package init(_ op: Op) {
    switch op {
    case .input: self = .input
    case .parameter: self = .parameter
    case .constant: self = .constant
    case .random: self = .random
    case .unary(let function): self.init(function)
    case .binary(let function): self.init(function)
    case .sum: self = .sum
    case .logSumExp: self = .logSumExp
    case .broadcast: self = .broadcast
    case .reshape: self = .reshape
    case .transpose: self = .transpose
    case .slice: self = .slice
    case .pad: self = .pad
    case .concatenate: self = .concatenate
    case .gatherRows: self = .gatherRows
    case .scatterRows: self = .scatterRows
    case .matmul: self = .matmul
    case .convolution: self = .convolution
    case .convolutionInputGradient: self = .convolutionInputGradient
    case .convolutionWeightGradient: self = .convolutionWeightGradient
    case .stopGradient: self = .stopGradient
    case .allReduce: self = .allReduce
    case .allGather: self = .allGather
    case .reduceScatter: self = .reduceScatter
    }
  }

  private init(_ function: UnaryFunction) {
    switch function {
    case .negate: self = .negate
    case .exp: self = .exp
    case .log: self = .log
    case .log1p: self = .log1p
    case .softplus: self = .softplus
    case .tanh: self = .tanh
    case .sigmoid: self = .sigmoid
    case .squareRoot: self = .squareRoot
    case .square: self = .square
    case .reciprocal: self = .reciprocal
    case .erf: self = .erf
    case .relu: self = .relu
    case .leakyReLU: self = .leakyReLU
    case .heaviside: self = .heaviside
    case .floor: self = .floor
    }
  }

  private init(_ function: BinaryFunction) {
    switch function {
    case .add: self = .add
    case .subtract: self = .subtract
    case .multiply: self = .multiply
    case .divide: self = .divide
    case .maximum: self = .maximum
    case .minimum: self = .minimum
    }
  }
}

extension OpCase {
  /// Operations that no case of the table contains in what it builds; empty when all is well.
  package static var uncovered: [OpKind] {
    var covered: Set<OpKind> = []
    for opCase in all {
      let graph = opCase.graph()
      guard let value = graph.output(.result("value")) else { continue }
      // What follows the value belongs to the objective.
      covered.formUnion(graph.nodes[...value.index].map { OpKind($0.op) })
    }
    return OpKind.allCases.filter { !covered.contains($0) }
  }
}

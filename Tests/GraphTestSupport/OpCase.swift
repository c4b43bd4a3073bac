package import GraphIR
package import GraphReference

/// One use of an operation, or of a composite of the builder, on operands of given shapes.
///
/// The operands are declared as trained parameters, so that the same table serves values,
/// derivatives, rewriting and the comparison of engines. `all` is the one table.
package struct OpCase: Sendable, CustomStringConvertible {
  /// What is computed, and on what kind of operand.
  package var name: String
  /// Shapes of the operands.
  package var parameterShapes: [Shape]
  /// Where the operands' elements are drawn from: inside the domain, and away from kinks.
  package var domain: ClosedRange<Double>
  /// Emits the operation.
  package var build: @Sendable (inout GraphBuilder, [Value]) -> Value

  /// A case.
  package init(
    _ name: String, _ parameterShapes: [Shape], in domain: ClosedRange<Double> = -1.5...1.5,
    _ build: @escaping @Sendable (inout GraphBuilder, [Value]) -> Value
  ) {
    self.name = name
    self.parameterShapes = parameterShapes
    self.domain = domain
    self.build = build
  }

  /// Every case.
  package static let all: [OpCase] =
    unaryCases + binaryCases + structureCases + productCases + convolutionCases + compositeCases

  /// The name, by which tests show the case.
  package var description: String { name }

  /// The graph of this case.
  ///
  /// Outputs are `.result("value")`, what `build` emits, and `.metric("objective")`, the scalar
  /// Σ r ⊙ value, where r is the input `cotangent`. The parameters are `x0`, `x1`, …
  package func graph() -> Graph {
    var builder = GraphBuilder()
    let operands = declareOperands(in: &builder)
    let value = build(&builder, operands)
    let cotangent = builder.input("cotangent", builder.shape(value))
    let objective = builder.sum(builder.multiply(cotangent, value))
    builder.output(.result("value"), value)
    builder.output(.metric("objective"), objective)
    return builder.graph
  }

  /// The graph of this case's derivatives, whose own derivatives are second ones: `.metric("objective")` is
  /// Σ sᵢ ⊙ ∂/∂xᵢ Σ r ⊙ value², where r and s0, s1, … are inputs.
  package func derivativeGraph() -> Graph {
    var builder = GraphBuilder()
    let operands = declareOperands(in: &builder)
    let value = build(&builder, operands)
    let cotangent = builder.input("cotangent", builder.shape(value))
    let target = builder.sum(builder.multiply(cotangent, builder.square(value)))
    var objective = builder.constant(0)
    let gradients = builder.gradients(of: target, withRespectTo: operands)
    for (index, gradient) in gradients.enumerated() {
      let direction = builder.input("s\(index)", builder.shape(gradient))
      objective = builder.add(objective, builder.sum(builder.multiply(direction, gradient)))
    }
    builder.output(.metric("objective"), objective)
    return builder.graph
  }

  private func declareOperands(in builder: inout GraphBuilder) -> [Value] {
    parameterShapes.enumerated().map { index, shape in
      builder.parameter(
        ParameterDeclaration(
          name: "x\(index)", shape: shape, initializer: .constant(0),
          role: .trained(isWeight: false)))
    }
  }

  /// Pseudo-random inputs of both graphs, in [−1, 1].
  package func inputs(seed: UInt64) -> [String: Tensor] {
    var random = SplitMix64(seed: seed)
    var inputs: [String: Tensor] = [:]
    for (name, shape) in graph().inputs + derivativeGraph().inputs where inputs[name] == nil {
      inputs[name] = random.tensor(shape, in: -1...1)
    }
    return inputs
  }

  /// Pseudo-random operands, in the domain.
  package func parameters(seed: UInt64) -> [Tensor] {
    var random = SplitMix64(seed: ~seed)
    return parameterShapes.map { random.tensor($0, in: domain) }
  }
}

import GraphIR
import GraphReference

/// The value of one expression of operands that are given as parameters.
func evaluate(
  _ operands: Tensor..., build: (inout GraphBuilder, [Value]) -> Value
) -> Tensor {
  var g = GraphBuilder()
  let x = operands.indices.map { index in
    g.parameter(
      ParameterDeclaration(
        name: "x\(index)", shape: operands[index].shape, initializer: .constant(0),
        role: .trained(isWeight: false)))
  }
  let y = build(&g, x)
  g.output(.result("y"), y)
  return Interpreter(g.graph).run(
    inputs: [:], parameters: operands, noise: deterministicNoise(seed: 5))[0]
}

/// 1, 2, 3, … in a shape.
func counting(_ shape: Shape) -> Tensor {
  Tensor(shape: shape, values: (0..<shape.count).map { Double($0 + 1) })
}

/// Numbers along one axis.
func vector(_ values: Double...) -> Tensor {
  Tensor(shape: [values.count], values: values)
}

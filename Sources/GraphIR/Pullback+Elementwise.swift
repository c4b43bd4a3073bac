extension UnaryFunction {
  /// The operand's cotangent; nil where the derivative is zero everywhere.
  func pullback(
    _ yBar: Value, result y: Value, at x: Value, in g: inout GraphBuilder
  ) -> Value? {
    switch self {
    case .negate: g.negate(yBar)
    case .exp: g.multiply(yBar, y)
    case .log: g.divide(yBar, x)
    case .log1p: g.divide(yBar, g.add(x, 1))
    case .softplus: g.multiply(yBar, g.sigmoid(x))
    case .tanh: g.multiply(yBar, g.subtract(g.constant(1), g.square(y)))
    case .sigmoid: g.multiply(yBar, g.multiply(y, g.subtract(g.constant(1), y)))
    case .squareRoot: g.divide(g.scale(yBar, by: 0.5), y)
    case .square: g.multiply(g.scale(yBar, by: 2), x)
    case .reciprocal: g.negate(g.multiply(yBar, g.square(y)))
    case .erf:
      g.multiply(yBar, g.scale(g.exp(g.negate(g.square(x))), by: 2 / Double.pi.squareRoot()))
    // The result has the operand's sign, so the operand need not be kept.
    case .relu: g.multiply(yBar, g.heaviside(y))
    case .leakyReLU(let slope):
      g.multiply(yBar, g.add(g.scale(g.heaviside(y), by: 1 - slope), slope))
    case .heaviside, .floor: nil
    }
  }
}

extension BinaryFunction {
  /// The operands' cotangents; nil where none is wanted.
  func pullback(
    _ yBar: Value, at x: [Value], wanted: [Bool], in g: inout GraphBuilder
  ) -> [Value?] {
    func left(_ make: (inout GraphBuilder) -> Value) -> Value? { wanted[0] ? make(&g) : nil }
    func right(_ make: (inout GraphBuilder) -> Value) -> Value? { wanted[1] ? make(&g) : nil }
    let (a, b) = (x[0], x[1])
    switch self {
    case .add: return [left { _ in yBar }, right { _ in yBar }]
    case .subtract: return [left { _ in yBar }, right { $0.negate(yBar) }]
    case .multiply: return [left { $0.multiply(yBar, b) }, right { $0.multiply(yBar, a) }]
    case .divide:
      return [
        left { $0.divide(yBar, b) },
        right { $0.negate($0.divide($0.multiply(yBar, a), $0.square(b))) },
      ]
    case .maximum: return chosen(by: { $0.heaviside($0.subtract(a, b)) })
    case .minimum: return chosen(by: { $0.heaviside($0.subtract(b, a)) })
    }
    /// `mask` is 1 where the result came from the left operand alone.
    func chosen(by mask: (inout GraphBuilder) -> Value) -> [Value?] {
      let mask = mask(&g)
      return [
        left { $0.multiply(yBar, mask) },
        right { $0.multiply(yBar, $0.subtract($0.constant(1), mask)) },
      ]
    }
  }
}

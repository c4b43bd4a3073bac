internal import GraphIR

extension OpCase {
  /// A unary function on an odd count of elements.
  private static func unary(
    _ function: UnaryFunction, in domain: ClosedRange<Double> = -1.5...1.5, _ note: String = ""
  ) -> OpCase {
    OpCase("\(function)\(note)", [[3, 5, 7]], in: domain) { $0.apply(.unary(function), $1[0]) }
  }

  /// A function with a kink at 0, on both sides of it but never near it.
  private static func kinked(_ function: UnaryFunction) -> OpCase {
    OpCase("\(function) on both sides of 0", [[3, 7]], in: 0.2...2) { g, x in
      let signs = OpCase.concatenate([x[0], g.negate(x[0])], axis: 1, in: &g)
      return g.apply(.unary(function), signs)
    }
  }

  /// Each unary function, and extremes where a naive formula overflows.
  static let unaryCases: [OpCase] = [
    unary(.negate),
    unary(.exp),
    unary(.log, in: 0.3...3),
    unary(.log1p, in: -0.6...3),
    unary(.softplus),
    unary(.softplus, in: 30...900, " of large numbers"),
    unary(.softplus, in: -900 ... -30, " of large negative numbers"),
    unary(.tanh),
    unary(.sigmoid),
    unary(.sigmoid, in: 30...900, " of large numbers"),
    unary(.sigmoid, in: -900 ... -30, " of large negative numbers"),
    unary(.squareRoot, in: 0.3...3),
    unary(.square),
    unary(.reciprocal, in: 0.5...3),
    unary(.reciprocal, in: -3 ... -0.5, " of negative numbers"),
    unary(.erf),
    kinked(.relu),
    kinked(.leakyReLU(slope: 0.2)),
    kinked(.leakyReLU(slope: 0.01)),
    kinked(.heaviside),
    unary(.floor, in: 1.1...1.9),
    OpCase("tanh of a scalar", [.scalar]) { $0.tanh($1[0]) },
    OpCase("exp of one element", [[1]]) { $0.exp($1[0]) },
  ]

  /// Each binary function: equal shapes, a repeated operand on either side, a scalar on either side.
  static let binaryCases: [OpCase] =
    binary(.add) + binary(.subtract) + binary(.multiply)
    + binary(.divide, in: 0.5...2) + binary(.maximum) + binary(.minimum)
    + [
      OpCase("an operand multiplied by itself", [[5]]) { $0.multiply($1[0], $1[0]) },
      OpCase("an operand divided by its square", [[5]], in: 0.5...2) {
        $0.divide($1[0], $0.square($1[0]))
      },
      OpCase("an operand subtracted from itself", [[5]]) { $0.subtract($1[0], $1[0]) },
      OpCase("a divisor of rank 1 under a matrix", [[3, 5], [5]], in: -2 ... -0.5) {
        $0.divide($1[0], $1[1])
      },
      OpCase("a row repeated over rank 4", [[2, 3, 1, 5], [1, 5]]) { $0.multiply($1[0], $1[1]) },
    ]

  // Elements within `h` of a tie of two operands have a probability of about 10⁻⁵ each; the
  // seeds are fixed, so a tie would show once and for all.
  private static func binary(
    _ function: BinaryFunction, in domain: ClosedRange<Double> = -1.5...1.5
  ) -> [OpCase] {
    func variant(_ note: String, _ shapes: [Shape]) -> OpCase {
      OpCase("\(function), \(note)", shapes, in: domain) { g, x in
        OpCase.apply(function, x[0], x[1], in: &g)
      }
    }
    return [
      variant("equal shapes", [[3, 7], [3, 7]]),
      variant("right operand repeated", [[2, 3, 5], [5]]),
      variant("left operand repeated", [[3, 5], [2, 3, 5]]),
      variant("scalar on the right", [[3, 5], .scalar]),
      variant("scalar on the left", [.scalar, [5]]),
      variant("two scalars", [.scalar, .scalar]),
    ]
  }

  /// The builder's function, which repeats the operand of lower rank.
  private static func apply(
    _ function: BinaryFunction, _ a: Value, _ b: Value, in g: inout GraphBuilder
  ) -> Value {
    switch function {
    case .add: g.add(a, b)
    case .subtract: g.subtract(a, b)
    case .multiply: g.multiply(a, b)
    case .divide: g.divide(a, b)
    case .maximum: g.maximum(a, b)
    case .minimum: g.minimum(a, b)
    }
  }

  /// A concatenation whose operands are known to fit.
  static func concatenate(_ parts: [Value], axis: Int, in g: inout GraphBuilder) -> Value {
    do { return try g.concatenate(parts, axis: axis) } catch {
      preconditionFailure(error.description)
    }
  }
}

internal import Glibc

extension UnaryFunction {
  /// The function of one number.
  public func value(_ x: Double) -> Double {
    switch self {
    case .negate: return -x
    case .exp: return Glibc.exp(x)
    case .log: return Glibc.log(x)
    case .log1p: return Glibc.log1p(x)
    // Neither overflows for a large |x|.
    case .softplus: return Swift.max(x, 0) + Glibc.log1p(Glibc.exp(-abs(x)))
    case .tanh: return Glibc.tanh(x)
    case .sigmoid:
      let decay = Glibc.exp(-abs(x))
      return (x < 0 ? decay : 1) / (1 + decay)
    case .squareRoot: return x.squareRoot()
    case .square: return x * x
    case .reciprocal: return 1 / x
    case .erf: return Glibc.erf(x)
    // Written so that a NaN stays one.
    case .relu: return x <= 0 ? 0 : x
    case .leakyReLU(let slope): return x > 0 ? x : slope * x
    case .heaviside: return x > 0 ? 1 : 0
    case .floor: return x.rounded(.down)
    }
  }
}

extension BinaryFunction {
  /// The function of two numbers.
  public func value(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .maximum: a > b ? a : b
    case .minimum: a < b ? a : b
    }
  }
}

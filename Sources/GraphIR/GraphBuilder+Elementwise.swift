/// Functions applied to every element. In the binary ones the operand of lower rank is repeated
/// along the leading axes of the other.
extension GraphBuilder {
  private mutating func unary(_ function: UnaryFunction, _ x: Value) -> Value {
    apply(.unary(function), x)
  }

  private mutating func binary(_ function: BinaryFunction, _ a: Value, _ b: Value) -> Value {
    let (left, right) = (shape(a), shape(b))
    if left.rank > right.rank {
      return apply(.binary(function), a, broadcastTrailing(b, to: left))
    }
    return apply(.binary(function), broadcastTrailing(a, to: right), b)
  }

  /// −x.
  public mutating func negate(_ x: Value) -> Value { unary(.negate, x) }
  /// e^x.
  public mutating func exp(_ x: Value) -> Value { unary(.exp, x) }
  /// Natural logarithm.
  public mutating func log(_ x: Value) -> Value { unary(.log, x) }
  /// log(1 + x).
  public mutating func log1p(_ x: Value) -> Value { unary(.log1p, x) }
  /// log(1 + e^x).
  public mutating func softplus(_ x: Value) -> Value { unary(.softplus, x) }
  /// Hyperbolic tangent.
  public mutating func tanh(_ x: Value) -> Value { unary(.tanh, x) }
  /// 1 / (1 + e^−x).
  public mutating func sigmoid(_ x: Value) -> Value { unary(.sigmoid, x) }
  /// √x.
  public mutating func squareRoot(_ x: Value) -> Value { unary(.squareRoot, x) }
  /// x².
  public mutating func square(_ x: Value) -> Value { unary(.square, x) }
  /// 1 / x.
  public mutating func reciprocal(_ x: Value) -> Value { unary(.reciprocal, x) }
  /// The error function.
  public mutating func erf(_ x: Value) -> Value { unary(.erf, x) }
  /// max(x, 0).
  public mutating func relu(_ x: Value) -> Value { unary(.relu, x) }
  /// x where x > 0, else slope · x.
  public mutating func leakyReLU(_ x: Value, slope: Double) -> Value {
    unary(.leakyReLU(slope: slope), x)
  }
  /// 1 where x > 0, else 0.
  public mutating func heaviside(_ x: Value) -> Value { unary(.heaviside, x) }
  /// The largest integer up to x.
  public mutating func floor(_ x: Value) -> Value { unary(.floor, x) }

  /// a + b.
  public mutating func add(_ a: Value, _ b: Value) -> Value { binary(.add, a, b) }
  /// a − b.
  public mutating func subtract(_ a: Value, _ b: Value) -> Value { binary(.subtract, a, b) }
  /// a · b.
  public mutating func multiply(_ a: Value, _ b: Value) -> Value { binary(.multiply, a, b) }
  /// a / b.
  public mutating func divide(_ a: Value, _ b: Value) -> Value { binary(.divide, a, b) }
  /// The larger of two numbers; where they are equal, the derivative goes to `b`.
  public mutating func maximum(_ a: Value, _ b: Value) -> Value { binary(.maximum, a, b) }
  /// The smaller of two numbers; where they are equal, the derivative goes to `b`.
  public mutating func minimum(_ a: Value, _ b: Value) -> Value { binary(.minimum, a, b) }

  /// x + number.
  public mutating func add(_ x: Value, _ number: Double) -> Value { add(x, constant(number)) }
  /// x · number.
  public mutating func scale(_ x: Value, by number: Double) -> Value {
    multiply(x, constant(number))
  }
  /// x limited to [lowest, highest]; the derivative is zero outside.
  public mutating func clamp(_ x: Value, _ lowest: Double, _ highest: Double) -> Value {
    maximum(minimum(x, constant(highest)), constant(lowest))
  }

  /// x where x > 0, else α (e^x − 1). Source: Clevert et al., arXiv:1511.07289, eq. 15.
  public mutating func elu(_ x: Value, alpha: Double) -> Value {
    let negative = add(exp(minimum(x, constant(0))), -1)
    return add(relu(x), scale(negative, by: alpha))
  }
  /// x Φ(x), with the exact normal distribution function. Source: Hendrycks & Gimpel, 1606.08415.
  public mutating func gelu(_ x: Value) -> Value {
    let distribution = scale(add(erf(scale(x, by: 0.5.squareRoot())), 1), by: 0.5)
    return multiply(x, distribution)
  }
  /// x sigmoid(x). Source: Elfwing et al., arXiv:1702.03118.
  public mutating func silu(_ x: Value) -> Value { multiply(x, sigmoid(x)) }

  /// Zeroes the elements at which uniform noise is below `probability`, and scales the rest to keep the mean.
  /// Source: Srivastava et al., JMLR 15 (2014), 1929–1958.
  public mutating func dropout(_ x: Value, noise: Value, probability: Double) -> Value {
    let keep = heaviside(add(noise, -probability))
    return multiply(x, scale(keep, by: 1 / (1 - probability)))
  }
}

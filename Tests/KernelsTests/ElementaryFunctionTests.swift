import CKernels
import Glibc
import Kernels
import Testing

private let (inf, tiny): (Float, Float) = (.infinity, .leastNonzeroMagnitude)

/// Elementary functions over all of float32.
@Suite struct ElementaryFunctionTests {
  /// Every 7919th of the 2³² bit patterns: each binade of each sign with 1059 numbers, denormals,
  /// infinities' neighbours and NaNs among them.
  @Test(arguments: ElementaryFunction.all)
  func isWithinItsUlps(function: ElementaryFunction) {
    var (worst, place) = (0.0, Float.nan)
    for start in stride(from: UInt64(0), to: 1 << 32, by: 7919 << 12) {
      let end = min(start + 7919 << 12, 1 << 32)
      let x = stride(from: start, to: end, by: 7919).map { Float(bitPattern: UInt32($0)) }
      for (x, y) in zip(x, function(x)) {
        let error = ulps(y, function.exact(Double(x)))
        if error > worst { (worst, place) = (error, x) }
      }
    }
    #expect(worst <= function.ulps, "\(function)(\(place)) is off by \(worst) ulps")
  }

  /// Where float32 overflows, underflows or changes its formula: every number for 4096 around.
  @Test(
    arguments: ["exp", "softplus", "sigmoid", "tanh", "erf", "log", "log1p"],
    [
      88.722839, -87.336548, -103.27893, -103.97208, -104, 89, 0, 0.63, 0.93, 1, -1, 4, 3.92,
      1.1754944e-38, 9.0109136, 0.70710678, 1.4142135, 16.635532, -16.635532,
    ] as [Float])
  func isWithinItsUlpsNear(name: String, edge: Float) {
    let function = ElementaryFunction.named(name)
    for sign in [edge, -edge] {
      let bits = Int64(sign.bitPattern)
      let x = (bits - 4096...bits + 4096).map {
        Float(bitPattern: UInt32(max(sign.sign == .minus ? 1 << 31 : 0, $0)))
      }
      let worst = zip(x, function(x)).map { ulps($1, function.exact(Double($0))) }.max() ?? 0
      #expect(worst <= function.ulps, "\(name) near \(sign): \(worst) ulps")
    }
  }

  @Test(
    arguments: [
      (
        "exp",
        [(inf, inf), (-inf, 0), (0, 1), (-0.0, 1), (tiny, 1), (-tiny, 1), (88.8, inf), (-104, 0)]
      ),
      (
        "log",
        [(inf, inf), (-inf, .nan), (0, -inf), (-0.0, -inf), (1, 0), (-1, .nan), (-tiny, .nan)]
      ),
      (
        "log1p",
        [(inf, inf), (-inf, .nan), (0, 0), (-0.0, -0.0), (-1, -inf), (-1.5, .nan), (tiny, tiny)]
      ),
      (
        "softplus",
        [(inf, inf), (-inf, 0), (100, 100), (.greatestFiniteMagnitude, .greatestFiniteMagnitude)]
      ),
      (
        "tanh", [(inf, 1), (-inf, -1), (0, 0), (-0.0, -0.0), (tiny, tiny), (-tiny, -tiny), (20, 1)]
      ),
      ("sigmoid", [(inf, 1), (-inf, 0), (0, 0.5), (-0.0, 0.5), (tiny, 0.5), (100, 1), (-105, 0)]),
      ("erf", [(inf, 1), (-inf, -1), (0, 0), (-0.0, -0.0), (tiny, tiny), (-tiny, -tiny), (6, 1)]),
      ("squareRoot", [(inf, inf), (-inf, .nan), (0, 0), (-0.0, -0.0), (-1, .nan)]),
      ("square", [(inf, inf), (-inf, inf), (tiny, 0), (1e30, inf), (-0.0, 0)]),
      ("reciprocal", [(inf, 0), (-inf, -0.0), (0, inf), (-0.0, -inf), (tiny, inf)]),
      ("negate", [(inf, -inf), (0, -0.0), (-0.0, 0)]),
      (
        "floor",
        [
          (inf, inf), (-inf, -inf), (0, 0), (-0.0, -0.0), (tiny, 0), (-tiny, -1), (2.5, 2),
          (-2, -2),
        ]
      ),
      ("heaviside", [(inf, 1), (-inf, 0), (0, 0), (-0.0, 0), (tiny, 1), (-tiny, 0)]),
    ] as [(String, [(Float, Float)])])
  func specialValues(name: String, values: [(Float, Float)]) {
    let function = ElementaryFunction.named(name)
    // Alone, and among others: the vectorised body and the rest of a loop.
    for count in [1, 5, 16, 33] {
      for (x, expected) in values {
        for y in function([Float](repeating: x, count: count)) {
          let isSame =
            expected.isNaN ? y.isNaN : y == expected && (y != 0 || y.sign == expected.sign)
          #expect(isSame, "\(name)(\(x)) is \(y), not \(expected)")
        }
      }
      let nan = function([Float](repeating: .nan, count: count))
      #expect(nan.allSatisfy { name == "heaviside" ? $0 == 0 : $0.isNaN }, "\(name)(nan) is \(nan)")
    }
  }

  @Test func functionsOfTwoNumbers() {
    let values: [Float] = [-inf, -2, -tiny, -0.0, 0, tiny, 0.3, 3, inf, .nan]
    let a = values.flatMap { x in values.map { _ in x } }
    let b = values.flatMap { _ in values }
    func check(
      _ name: String, _ function: vaedp_function, number: Bool, _ exact: (Float, Float) -> Float
    ) {
      for value in values {
        let second = number ? [Float](repeating: value, count: a.count) : b
        let found = apply(function, a, b, number: value)
        for index in a.indices {
          let expected = exact(a[index], second[index])
          let isSame = found[index] == expected || (found[index].isNaN && expected.isNaN)
          #expect(isSame, "\(name)(\(a[index]), \(second[index])) is \(found[index])")
        }
        if !number { break }
      }
    }
    func larger(_ a: Float, _ b: Float) -> Float { a.isNaN || b.isNaN ? .nan : max(a, b) }
    func smaller(_ a: Float, _ b: Float) -> Float { a.isNaN || b.isNaN ? .nan : min(a, b) }
    check("add", VAEDP_ADD, number: false, +)
    check("subtract", VAEDP_SUBTRACT, number: false, -)
    check("multiply", VAEDP_MULTIPLY, number: false, *)
    check("divide", VAEDP_DIVIDE, number: false, /)
    check("maximum", VAEDP_MAXIMUM, number: false, larger)
    check("minimum", VAEDP_MINIMUM, number: false, smaller)
    check("addNumber", VAEDP_ADD_NUMBER, number: true, +)
    check("subtractFromNumber", VAEDP_SUBTRACT_FROM_NUMBER, number: true) { $1 - $0 }
    check("multiplyNumber", VAEDP_MULTIPLY_NUMBER, number: true, *)
    check("divideNumberBy", VAEDP_DIVIDE_NUMBER_BY, number: true) { $1 / $0 }
    check("maximumNumber", VAEDP_MAXIMUM_NUMBER, number: true, larger)
    check("minimumNumber", VAEDP_MINIMUM_NUMBER, number: true, smaller)
    check("leakyReLU", VAEDP_LEAKY_RELU, number: true) { $0 > 0 || $0.isNaN ? $0 : $1 * $0 }
    // The third operand is the second here. A fused product is not rounded before the addition.
    check("multiplyAdd", VAEDP_MULTIPLY_ADD, number: false) {
      instructionSet() == "baseline" ? $0 * $1 + $1 : $1.addingProduct($0, $1)
    }
    // The number is the first of the values.
    check("masked", VAEDP_MASKED, number: false) { $1 > 0 ? $0 : -inf * $0 }
  }
}

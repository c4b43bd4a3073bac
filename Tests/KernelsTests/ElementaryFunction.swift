import CKernels
import Glibc
import Kernels

/// An elementary function of the C kernels beside its exact value, and how far it may be off.
struct ElementaryFunction: Sendable, CustomStringConvertible {
  let description: String
  let function: vaedp_function
  /// In double, whose own error is nothing beside a float's last place.
  let exact: @Sendable (Double) -> Double
  /// The largest error, in units of the exact value's last place in float32.
  let ulps: Double

  static let all = [
    ElementaryFunction("exp", VAEDP_EXP, 2) { exp($0) },
    ElementaryFunction("log", VAEDP_LOG, 2) { log($0) },
    ElementaryFunction("log1p", VAEDP_LOG1P, 3) { log1p($0) },
    ElementaryFunction("softplus", VAEDP_SOFTPLUS, 3) { max($0, 0) + log1p(exp(-abs($0))) },
    ElementaryFunction("tanh", VAEDP_TANH, 2) { tanh($0) },
    ElementaryFunction("sigmoid", VAEDP_SIGMOID, 3) {
      $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0))
    },
    ElementaryFunction("erf", VAEDP_ERF, 3) { erf($0) },
    ElementaryFunction("squareRoot", VAEDP_SQUARE_ROOT, 0.5) { $0.squareRoot() },
    ElementaryFunction("square", VAEDP_SQUARE, 0.5) { $0 * $0 },
    ElementaryFunction("reciprocal", VAEDP_RECIPROCAL, 0.5) { 1 / $0 },
    ElementaryFunction("negate", VAEDP_NEGATE, 0) { -$0 },
    ElementaryFunction("heaviside", VAEDP_HEAVISIDE, 0) { $0 > 0 ? 1 : 0 },
    ElementaryFunction("floor", VAEDP_FLOOR, 0) { $0.rounded(.down) },
  ]

  private init(
    _ name: String, _ function: vaedp_function, _ ulps: Double,
    exact: @escaping @Sendable (Double) -> Double
  ) {
    (description, self.function, self.ulps, self.exact) = (name, function, ulps, exact)
  }

  static func named(_ name: String) -> ElementaryFunction { all.first { $0.description == name }! }

  /// What the kernel gives for each of these numbers.
  func callAsFunction(_ x: [Float]) -> [Float] { apply(function, x, x, number: 0) }
}

/// One call of the C kernel on whole arrays.
func apply(_ function: vaedp_function, _ a: [Float], _ b: [Float], number: Float) -> [Float] {
  var target = [Float](repeating: .nan, count: a.count)
  unsafe target.withUnsafeMutableBufferPointer { target in
    unsafe a.withUnsafeBufferPointer { a in
      unsafe b.withUnsafeBufferPointer { b in
        unsafe vaedp_apply(
          function, a.count, target.baseAddress!, a.baseAddress!, b.baseAddress!, b.baseAddress!,
          number)
      }
    }
  }
  return target
}

/// |found − exact| in units of the exact value's last place in float32; infinity counts as 2¹²⁸, where
/// the next float would be. 0 for two NaNs, infinite for one.
func ulps(_ found: Float, _ exact: Double) -> Double {
  if exact.isNaN || found.isNaN { return exact.isNaN && found.isNaN ? 0 : .infinity }
  func bounded(_ x: Double) -> Double { max(-0x1p128, min(0x1p128, x)) }
  let (a, b) = (bounded(Double(found)), bounded(exact))
  let ulp = max(0x1p-149, b == 0 ? 0 : abs(b).ulp * 0x1p29)
  return abs(a - b) / ulp
}

internal import CKernels

/// What one step of an optimiser does to parameters and to its state beside them, given the mean gradient
/// over the minibatch.
@safe public struct UpdateRule: Sendable {
  /// A loop of `CKernels/optimizers.c`.
  typealias Loop =
    @convention(c) @Sendable (
      vaedp_rule, Int, UnsafePointer<Float>, UnsafePointer<UnsafeMutablePointer<Float>>, Int
    ) -> Float

  /// Arrays of state that it keeps beside the parameters.
  public let stateCount: Int
  /// Whether each parameter's mean gradient is divided by its Euclidean norm first.
  public let normalizesGradients: Bool
  private let numbers: vaedp_rule
  private let loop: Loop
  private let bound: @Sendable (Magnitudes) -> Double

  /// A rule.
  ///
  /// - Parameter bound: what none of the loop's results exceeds, those between included, but for roundings.
  init(
    stateCount: Int, normalizesGradients: Bool = false, _ numbers: vaedp_rule,
    loop: @escaping Loop, bound: @escaping @Sendable (Magnitudes) -> Double
  ) {
    self.stateCount = stateCount
    self.normalizesGradients = normalizesGradients
    self.numbers = numbers
    unsafe self.loop = loop
    self.bound = bound
  }

  /// What is added to a norm before gradients are divided by it.
  package static let normEpsilon = 1e-7
  /// Where a bound is below this, everything is finite: a quarter of float32's largest number, as all roundings
  /// come to far less than a factor of four.
  package static let certainMagnitude = Double(Float.greatestFiniteMagnitude) / 4

  /// Changes a run of parameters and state; returns the largest magnitude that it wrote: infinite or no number
  /// where one of them is.
  ///
  /// - Parameters:
  ///   - scale: makes the gradient the mean that is applied.
  ///   - gradient: `count` floats, summed over the minibatch.
  ///   - arrays: the parameters, then the state; touched from `start` on.
  package func apply(
    scale: Float, penalty: WeightPenalty, count: Int, gradient: UnsafePointer<Float>,
    arrays: UnsafePointer<UnsafeMutablePointer<Float>>, start: Int
  ) -> Float {
    var numbers = numbers
    numbers.gradient = vaedp_gradient_rule(
      scale: scale, l1: Float(penalty.l1), l2: Float(penalty.l2))
    return unsafe vaedp_update_claiming(loop, numbers, count, gradient, arrays, start)
  }

  /// A bound on the magnitudes of everything that `apply` computes, roundings left out; infinite or no number
  /// where there is none. `Documentation/step.md` derives it.
  ///
  /// - Parameters:
  ///   - gradient: no mean gradient is larger.
  ///   - magnitude: no parameter and no state is larger.
  package func bound(gradient: Double, penalty: WeightPenalty, magnitude: Double) -> Double {
    bound(
      Magnitudes(
        g: gradient + penalty.l2 * magnitude + penalty.l1, old: magnitude, numbers: numbers))
  }
}

/// The magnitudes that a step begins with, for a rule's bound. Sums and means of squares are not negative.
struct Magnitudes {
  /// No gradient is larger, penalties included.
  let g: Double
  /// No parameter and no state is larger.
  let old: Double
  fileprivate let numbers: vaedp_rule

  var rate: Double { Double(numbers.rate.magnitude) }
  var ahead: Double { Double(numbers.ahead.magnitude) }
  var keep: Double { Double(numbers.keep.magnitude) }
  var epsilon: Double { Double(numbers.epsilon) }
  /// Of a running mean of gradients, and of a sum of them of which a part is kept.
  var mean: Double { old + g }
  /// Of a running mean or a sum of their squares.
  var square: Double { old + g * g }
  /// Of the parameter, moved by `rate` times a direction: what is moved and what moves it.
  func moved(by direction: Double) -> Double { keep * old + (1 + rate) * (1 + direction) }
}

extension vaedp_rule {
  /// The numbers of one step, each computed in double and rounded to float32 once.
  init(
    rate: Double, ahead: Double = 0, keep: Double = 1, beta1: Double = 0, beta2: Double = 0,
    root: Double = 1, epsilon: Double = 0
  ) {
    self.init()
    (self.rate, self.ahead, self.keep) = (Float(rate), Float(ahead), Float(keep))
    (self.beta1, fresh1) = (Float(beta1), Float(1 - beta1))
    (self.beta2, fresh2) = (Float(beta2), Float(1 - beta2))
    (self.root, self.epsilon) = (Float(root), Float(epsilon))
  }
}

/// base^exponent by repeated squaring: the same bits everywhere, unlike a library's pow.
func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, factor, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= factor }
    factor *= factor
    rest >>= 1
  }
  return result
}

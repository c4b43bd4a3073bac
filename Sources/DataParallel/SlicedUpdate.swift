internal import CKernels
internal import Execution
internal import GraphIR

/// The optimiser on one slice, once its gradient is there.
@unsafe struct SlicedUpdate {
  let parameters: UnsafeMutablePointer<Float>
  /// Bases of the moments; unused ones repeat the parameters' base.
  let firstMoment: UnsafeMutablePointer<Float>
  let secondMoment: UnsafeMutablePointer<Float>
  let penalty: WeightPenalty
  /// 1 / examples of the minibatch.
  let meanScale: Float
  /// What clipping leaves of the gradient: 1 where it is short enough.
  var clipScale: Float = 1
  private let rule: UpdateRule
  /// Adam's rate with the correction of its first moment, and the factor that corrects the root of its second.
  private let size: Double, rootCorrection: Double

  init(
    parameters: UnsafeMutablePointer<Float>, firstMoment: UnsafeMutablePointer<Float>,
    secondMoment: UnsafeMutablePointer<Float>, rule: UpdateRule, penalty: WeightPenalty,
    meanScale: Float
  ) {
    unsafe (self.parameters, self.firstMoment) = (parameters, firstMoment)
    unsafe (self.secondMoment, self.rule) = (secondMoment, rule)
    unsafe (self.penalty, self.meanScale) = (penalty, meanScale)
    switch rule {
    case .sgd: unsafe (size, rootCorrection) = (0, 0)
    case .adam(let rate, let beta1, let beta2, _, _, let step):
      unsafe size = rate / (1 - power(beta1, step))
      unsafe rootCorrection = 1 / (1 - power(beta2, step)).squareRoot()
    }
  }

  /// Changes the slice's parameters and moments; returns the largest magnitude that it wrote.
  ///
  /// - Parameter gradient: the sum over the minibatch, without gaps.
  func update(_ slice: Slice, by gradient: UnsafePointer<Float>) -> Float {
    var largest: Float = 0
    for run in 0..<slice.runs {
      let begin = slice.start + run * slice.stride
      let wrote = unsafe apply(
        slice, gradient + run * slice.length, w: parameters + begin, first: firstMoment + begin,
        second: secondMoment + begin)
      largest = larger(largest, wrote)
    }
    return largest
  }

  /// What `update` would return, made in scratch memory: neither parameters nor moments change.
  ///
  /// - Parameter scratch: room for three times as many floats as a run of the slice has.
  func rehearse(
    _ slice: Slice, by gradient: UnsafePointer<Float>, in scratch: UnsafeMutablePointer<Float>
  ) -> Float {
    var largest: Float = 0
    let count = slice.length
    for run in 0..<slice.runs {
      let begin = slice.start + run * slice.stride
      unsafe scratch.update(from: parameters + begin, count: count)
      unsafe (scratch + count).update(from: firstMoment + begin, count: count)
      unsafe (scratch + 2 * count).update(from: secondMoment + begin, count: count)
      let wrote = unsafe apply(
        slice, gradient + run * count, w: scratch, first: scratch + count,
        second: scratch + 2 * count)
      largest = larger(largest, wrote)
    }
    return largest
  }

  /// One run of a slice.
  private func apply(
    _ slice: Slice, _ gradient: UnsafePointer<Float>, w: UnsafeMutablePointer<Float>,
    first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>
  ) -> Float {
    let count = slice.length
    switch slice.role {
    case .statistic(let momentum):
      return unsafe vaedp_update_average(Float(momentum), meanScale, count, w, gradient)
    case .trained(let isWeight):
      let gradientRule = unsafe vaedp_gradient_rule(
        scale: meanScale * clipScale, l1: isWeight ? Float(penalty.l1) : 0,
        l2: isWeight ? Float(penalty.l2) : 0)
      switch unsafe rule {
      case .sgd(let rate, let momentum, let nesterov):
        let sgd = vaedp_sgd(
          gradient: gradientRule, rate: Float(rate), momentum: Float(momentum), nesterov: nesterov)
        return unsafe vaedp_update_sgd(sgd, count, w, gradient, momentum == 0 ? nil : first)
      case .adam(let rate, let beta1, let beta2, let epsilon, let decay, _):
        let adam = unsafe vaedp_adam(
          gradient: gradientRule, beta1: Float(beta1), beta2: Float(beta2),
          epsilon: Float(epsilon), step: Float(size), root_correction: Float(rootCorrection),
          keep: Float(1 - rate * decay))
        return unsafe vaedp_update_adam(adam, count, w, gradient, first, second)
      }
    }
  }

  /// Whether `update` stays within float32 on this slice for certain, by a bound on everything that
  /// it computes. Where it does not, `rehearse` tells.
  ///
  /// - Parameters:
  ///   - gradient: no mean gradient is larger.
  ///   - magnitude: no parameter or moment of the slice is larger.
  func isCertainlyFinite(_ slice: Slice, gradient: Double, magnitude: Float) -> Bool {
    let old = Double(magnitude)
    let bound: Double
    switch slice.role {
    case .statistic: bound = old + gradient
    case .trained(let isWeight):
      let g = unsafe gradient + (isWeight ? penalty.l2 * old + penalty.l1 : 0)
      switch unsafe rule {
      case .sgd(let rate, let momentum, _):
        let velocity = momentum * old + g
        bound = old + velocity + rate * (1 + g + velocity)
      case .adam(let rate, _, _, let epsilon, let decay, _):
        let ratio = (old + g) / Double(Float(epsilon))
        bound = unsafe (2 + rate * decay) * old + g + g * g + ratio + size * (1 + ratio)
      }
    }
    // A quarter is more than all roundings come to; a bound that is no number is no bound.
    return bound < Double(Float.greatestFiniteMagnitude) / 4
  }
}

/// The larger of two magnitudes; what is no number is larger than all.
func larger(_ a: Float, _ b: Float) -> Float { a.isNaN || b <= a ? a : b }

/// base^exponent by repeated squaring: the same bits everywhere, unlike a library's pow.
private func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, factor, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= factor }
    factor *= factor
    rest >>= 1
  }
  return result
}

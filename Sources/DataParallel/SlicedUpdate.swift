internal import CKernels
internal import Execution
internal import GraphIR

/// The later stages on one slice: sum the shards' gradients by the fixed tree; then, once all sums are
/// known to be finite, update.
@unsafe struct SlicedUpdate {
  var slabs: UnsafeMutablePointer<Float>
  var slabStride: Int
  var shards: Int
  var parameters: UnsafeMutablePointer<Float>
  /// Bases of the moments; unused ones repeat the parameters' base.
  var firstMoment: UnsafeMutablePointer<Float>
  var secondMoment: UnsafeMutablePointer<Float>
  var rule: UpdateRule
  var penalty: WeightPenalty
  /// 1 / examples of the minibatch.
  var meanScale: Float
  /// What clipping leaves of the gradient: 1 where it is short enough.
  var clipScale: Float = 1

  /// Leaves the slice's sum in the first slab and returns Σ (its mean)²: finite exactly where all of
  /// the sum is.
  func sum(_ slice: Slice) -> Double {
    unsafe vaedp_tree_sum_of_squares(
      slabs, slabStride, shards, slice.range.lowerBound, slice.range.upperBound, meanScale)
  }

  /// Changes the slice's parameters and moments by the sum in the first slab; returns the largest
  /// magnitude that it wrote.
  func update(_ slice: Slice) -> Float {
    let begin = slice.range.lowerBound
    return unsafe apply(
      slice, w: parameters + begin, first: firstMoment + begin, second: secondMoment + begin)
  }

  /// What `update` would return, made in scratch memory: neither parameters nor moments change.
  ///
  /// - Parameter scratch: room for three times as many floats as the slice has.
  func rehearse(_ slice: Slice, in scratch: UnsafeMutablePointer<Float>) -> Float {
    let (begin, count) = (slice.range.lowerBound, slice.range.count)
    unsafe scratch.update(from: parameters + begin, count: count)
    unsafe (scratch + count).update(from: firstMoment + begin, count: count)
    unsafe (scratch + 2 * count).update(from: secondMoment + begin, count: count)
    return unsafe apply(slice, w: scratch, first: scratch + count, second: scratch + 2 * count)
  }

  private func apply(
    _ slice: Slice, w: UnsafeMutablePointer<Float>, first: UnsafeMutablePointer<Float>,
    second: UnsafeMutablePointer<Float>
  ) -> Float {
    let count = slice.range.count
    let gradient = unsafe slabs + slice.range.lowerBound
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
      case .adam(let rate, let beta1, let beta2, let epsilon, let decay, let step):
        let adam = vaedp_adam(
          gradient: gradientRule, beta1: Float(beta1), beta2: Float(beta2),
          epsilon: Float(epsilon), step: Float(rate / (1 - power(beta1, step))),
          root_correction: Float(1 / (1 - power(beta2, step)).squareRoot()),
          keep: Float(1 - rate * decay))
        return unsafe vaedp_update_adam(adam, count, w, gradient, first, second)
      }
    }
  }

  /// Whether `update` stays within float32 on this slice for certain, by a bound on everything that
  /// it computes. Where it does not, `rehearse` tells.
  ///
  /// - Parameters:
  ///   - squares: what `sum` returned; no mean gradient is longer than its root.
  ///   - magnitude: no parameter or moment of the slice is larger.
  func isCertainlyFinite(_ slice: Slice, squares: Double, magnitude: Float) -> Bool {
    let (old, mean) = (Double(magnitude), squares.squareRoot())
    let bound: Double
    switch slice.role {
    case .statistic: bound = old + mean
    case .trained(let isWeight):
      let g = unsafe mean + (isWeight ? penalty.l2 * old + penalty.l1 : 0)
      switch unsafe rule {
      case .sgd(let rate, let momentum, _):
        let velocity = momentum * old + g
        bound = old + velocity + rate * (1 + g + velocity)
      case .adam(let rate, let beta1, _, let epsilon, let decay, let step):
        let size = rate / (1 - power(beta1, step))
        let ratio = (old + g) / Double(Float(epsilon))
        bound = (2 + rate * decay) * old + g + g * g + ratio + size * (1 + ratio)
      }
    }
    // A quarter is more than all roundings come to; a bound that is no number is no bound.
    return bound < Double(Float.greatestFiniteMagnitude) / 4
  }
}

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

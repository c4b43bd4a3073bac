internal import CKernels
internal import Execution
internal import GraphIR

/// The second stage on one slice: sum the shards' gradients by the fixed tree, then update.
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

  /// Leaves the slice's sum in the first slab and returns Σ (mean gradient)².
  func sum(_ slice: Slice) -> Double {
    let (begin, end) = (slice.range.lowerBound, slice.range.upperBound)
    unsafe vaedp_tree_sum(slabs, slabStride, shards, begin, end)
    guard case .trained = slice.role else { return 0 }
    return unsafe vaedp_sum_of_squares(slabs + begin, end - begin, meanScale)
  }

  /// Changes the slice's parameters by the sum in the first slab.
  func update(_ slice: Slice) {
    let (begin, count) = (slice.range.lowerBound, slice.range.count)
    let (w, gradient) = unsafe (parameters + begin, slabs + begin)
    switch slice.role {
    case .statistic(let momentum):
      unsafe vaedp_update_average(Float(momentum), meanScale, count, w, gradient)
    case .trained(let isWeight):
      let gradientRule = unsafe vaedp_gradient_rule(
        scale: meanScale * clipScale, l1: isWeight ? Float(penalty.l1) : 0,
        l2: isWeight ? Float(penalty.l2) : 0)
      switch unsafe rule {
      case .sgd(let rate, let momentum, let nesterov):
        let sgd = vaedp_sgd(
          gradient: gradientRule, rate: Float(rate), momentum: Float(momentum), nesterov: nesterov)
        unsafe vaedp_update_sgd(sgd, count, w, gradient, momentum == 0 ? nil : firstMoment + begin)
      case .adam(let rate, let beta1, let beta2, let epsilon, let decay, let step):
        let adam = vaedp_adam(
          gradient: gradientRule, beta1: Float(beta1), beta2: Float(beta2),
          epsilon: Float(epsilon), step: Float(rate / (1 - power(beta1, step))),
          root_correction: Float(1 / (1 - power(beta2, step)).squareRoot()),
          keep: Float(1 - rate * decay))
        unsafe vaedp_update_adam(
          adam, count, w, gradient, firstMoment + begin, secondMoment + begin)
      }
    }
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

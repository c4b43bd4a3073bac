internal import CKernels
internal import Execution
internal import GraphIR
internal import Optimizers

/// The optimiser on one slice, once its gradient is there.
@unsafe struct SlicedUpdate {
  /// Bases of the arrays that mirror the parameter table: the parameters, the rule's state and, where it is kept,
  /// their average.
  let arrays: UnsafePointer<UnsafeMutablePointer<Float>>
  let arrayCount: Int
  /// By group what is done to its slices.
  let groups: UnsafePointer<GroupUpdate>
  /// What the new parameters weigh in the average; nil where none is kept.
  let averageWeight: Float?
  /// 1 / examples of the minibatch.
  let meanScale: Float
  /// For each parameter the norm of its mean gradient before clipping, where a rule normalises gradients.
  let norms: UnsafePointer<Double>
  /// Takes down what is changed, where a later turn may fail.
  let journal: Journal?

  var parameters: UnsafeMutablePointer<Float> { unsafe arrays[0] }

  /// Changes the slice's parameters and what is kept beside them; returns the largest magnitude that it wrote.
  ///
  /// - Parameters:
  ///   - index: position of the slice.
  ///   - gradient: the sum over the minibatch, without gaps.
  func update(_ index: Int, _ slice: Slice, by gradient: UnsafePointer<Float>) -> Float {
    unsafe journal?.note(index, slice, in: arrays)
    var largest: Float = 0
    for run in 0..<slice.runs {
      let wrote = unsafe apply(
        slice, gradient + run * slice.length, arrays, start: slice.start + run * slice.stride)
      largest = larger(largest, wrote)
    }
    return largest
  }

  /// What `update` would return, made in scratch memory: nothing else changes.
  ///
  /// - Parameter scratch: as many arrays as there are, each with room for a run of the slice.
  func preview(
    _ slice: Slice, by gradient: UnsafePointer<Float>,
    in scratch: UnsafePointer<UnsafeMutablePointer<Float>>
  ) -> Float {
    var largest: Float = 0
    let count = slice.length
    for run in 0..<slice.runs {
      let begin = slice.start + run * slice.stride
      for index in unsafe 0..<arrayCount {
        unsafe scratch[index].update(from: arrays[index] + begin, count: count)
      }
      let wrote = unsafe apply(slice, gradient + run * count, scratch, start: 0)
      largest = larger(largest, wrote)
    }
    return largest
  }

  /// One run of a slice.
  private func apply(
    _ slice: Slice, _ gradient: UnsafePointer<Float>,
    _ arrays: UnsafePointer<UnsafeMutablePointer<Float>>, start: Int
  ) -> Float {
    let count = slice.length
    let wrote =
      switch slice.role {
      case .statistic(let momentum):
        unsafe vaedp_update_statistic(
          Float(momentum), meanScale, count, arrays[0] + start, gradient)
      case .trained(let isWeight):
        unsafe groups[slice.group].rule.apply(
          scale: scale(of: slice),
          penalty: isWeight ? groups[slice.group].penalty : WeightPenalty(), count: count,
          gradient: gradient, arrays: arrays, start: start)
      }
    guard let averageWeight = unsafe averageWeight else { return wrote }
    // While the run is in the cache.
    let average = unsafe vaedp_update_average(
      averageWeight, count, arrays[arrayCount - 1] + start, arrays[0] + start)
    return larger(wrote, average)
  }

  /// What the sum of a slice's gradients is multiplied by.
  private func scale(of slice: Slice) -> Float {
    let clipScale = unsafe groups[slice.group].clipScale
    guard unsafe groups[slice.group].rule.normalizesGradients else {
      return unsafe meanScale * clipScale
    }
    let clip = Double(clipScale)
    return unsafe Float(
      Double(meanScale) * clip / (clip * norms[slice.parameter] + UpdateRule.normEpsilon))
  }

  /// Whether `update` stays within float32 on this slice for certain, by a bound on everything that
  /// it computes. Where it does not, `preview` tells.
  ///
  /// - Parameters:
  ///   - gradient: no mean gradient is larger.
  ///   - magnitude: nothing in the slice's part of the arrays is larger.
  func isCertainlyFinite(_ slice: Slice, gradient: Double, magnitude: Float) -> Bool {
    let old = Double(magnitude)
    let bound: Double
    switch slice.role {
    case .statistic: bound = old + gradient
    case .trained(let isWeight):
      let group = unsafe groups[slice.group]
      // No element is larger than the norm.
      bound = group.rule.bound(
        gradient: group.rule.normalizesGradients ? 1 : gradient,
        penalty: isWeight ? group.penalty : WeightPenalty(), magnitude: old)
    }
    // The average and the distance to it.
    return unsafe bound + (averageWeight == nil ? 0 : old) < UpdateRule.certainMagnitude
  }
}

/// The larger of two magnitudes; what is no number is larger than all.
func larger(_ a: Float, _ b: Float) -> Float { a.isNaN || b <= a ? a : b }

import CKernels
import Kernels
import Testing

/// The second stage's kernels.
@Suite struct UpdateTests {
  /// The tree as it is written: 1 into 0, 3 into 2, …; then 2 into 0, 6 into 4, …; and so on.
  private func tree(_ slabs: [[Float]]) -> [Float] {
    var slabs = slabs
    var gap = 1
    while gap < slabs.count {
      for shard in stride(from: 0, to: slabs.count - gap, by: 2 * gap) {
        slabs[shard] = zip(slabs[shard], slabs[shard + gap]).map { $0 + $1 }
      }
      gap *= 2
    }
    return slabs[0]
  }

  @Test(arguments: Array(1...9) + [16, 17], [1, 2, 3, 7, 64, 1009])
  func theSumIsTheTreeForEverySlicing(shards: Int, slices: Int) {
    let count = 1009
    let slabs = (0..<shards).map { numbers(count, seed: UInt64($0 + 1)) }
    var memory = slabs.flatMap { $0 }
    for slice in 0..<slices {
      let (begin, end) = (slice * count / slices, (slice + 1) * count / slices)
      unsafe vaedp_tree_sum(&memory, count, shards, begin, end)
    }
    let expected = tree(slabs)
    #expect(memory[..<count].map(\.bitPattern) == expected.map(\.bitPattern))
  }

  @Test func theSumTouchesItsSliceAlone() {
    var memory = [Float](repeating: 1, count: 300)
    unsafe vaedp_tree_sum(&memory, 100, 3, 17, 61)
    let expected = (0..<100).map { (17..<61).contains($0) ? Float(3) : 1 }
    #expect(Array(memory[..<100]) == expected)
  }

  /// The sums are those of the tree alone, and Σ (scale · sum)² is theirs.
  @Test(arguments: [0, 1, 15, 16, 17, 1000, 8192], [1, 2, 5])
  func sumOfSquares(count: Int, shards: Int) {
    let slabs = (0..<shards).map { numbers(count + 8, seed: UInt64($0 + 11)) }
    var memory = slabs.flatMap { $0 }
    let found = unsafe vaedp_tree_sum_of_squares(&memory, count + 8, shards, 3, count + 3, 0.25)
    let sums = Array(tree(slabs)[3..<count + 3])
    let exact = sums.reduce(0.0) { $0 + Double($1 * 0.25) * Double($1 * 0.25) }
    #expect(abs(found - exact) <= 1e-13 * exact)
    #expect(memory[3..<count + 3].map(\.bitPattern) == sums.map(\.bitPattern))
    #expect(Array(memory[..<3]) == Array(slabs[0][..<3]))
  }

  /// Finite for the largest numbers there are, and for no sum that is not finite.
  @Test func sumOfSquaresShowsWhatIsNotFinite() {
    var large = [Float](repeating: .greatestFiniteMagnitude, count: 8192)
    #expect(unsafe vaedp_tree_sum_of_squares(&large, 8192, 1, 0, 8192, 1).isFinite)
    for value in [Float.infinity, -.infinity, .nan] {
      for place in [0, 7, 4100, 4104] {
        var x = [Float](repeating: 1, count: 4105)
        x[place] = value
        #expect(unsafe !vaedp_tree_sum_of_squares(&x, 4105, 1, 0, 4105, 1e-3).isFinite)
      }
    }
    // Two shards that are finite, and a sum that is not.
    #expect(unsafe vaedp_tree_sum_of_squares(&large, 4096, 2, 0, 4096, 1e-9) == .infinity)
  }

  /// What an update returns: the largest magnitude of parameter and moments, or what is not finite.
  @Test(arguments: [1, 16, 37, 1000])
  func updatesReturnTheLargestMagnitude(count: Int) {
    let rule = vaedp_gradient_rule(scale: 0.5, l1: 0, l2: 0)
    func largest(_ arrays: [Float]...) -> Float { arrays.joined().map(abs).max() ?? 0 }
    var (w, m, v) = (
      numbers(count, seed: 1), numbers(count, seed: 3), numbers(count, seed: 4).map(abs)
    )
    var gradient = numbers(count, seed: 2)
    let adam = vaedp_adam(
      gradient: rule, beta1: 0.9, beta2: 0.99, epsilon: 0.0625, step: 0.5, root_correction: 1.25,
      keep: 0.75)
    let adams = unsafe vaedp_update_adam(adam, count, &w, gradient, &m, &v)
    #expect(adams == largest(w, m, v))
    let sgd = vaedp_sgd(gradient: rule, rate: 3, momentum: 0.8, nesterov: true)
    let velocities = unsafe vaedp_update_sgd(sgd, count, &w, gradient, &m)
    #expect(velocities == largest(w, m))
    #expect(unsafe vaedp_update_sgd(sgd, count, &w, gradient, nil) == largest(w))
    #expect(unsafe vaedp_update_average(0.1, 0.25, count, &w, gradient) == largest(w))
    // A second moment that overflows under a finite gradient and a finite parameter.
    gradient[count - 1] = 1e25
    #expect(unsafe !vaedp_update_adam(adam, count, &w, gradient, &m, &v).isFinite)
    #expect(w.allSatisfy { $0.isFinite })
    gradient[count / 2] = .nan
    #expect(unsafe !vaedp_update_average(0.1, 0.25, count, &w, gradient).isFinite)
    #expect(unsafe !vaedp_update_sgd(sgd, count, &m, gradient, nil).isFinite)
  }

  /// g in double.
  private func ruled(_ rule: vaedp_gradient_rule, _ gradient: Float, _ w: Float) -> Double {
    let sign: Double = w > 0 ? 1 : w < 0 ? -1 : 0
    return Double(rule.scale) * Double(gradient) + Double(rule.l2) * Double(w)
      + Double(rule.l1) * sign
  }

  private static let rules = [
    vaedp_gradient_rule(scale: 1, l1: 0, l2: 0), vaedp_gradient_rule(scale: 0.125, l1: 0.01, l2: 0),
    vaedp_gradient_rule(scale: 0.5, l1: 0, l2: 0.1),
    vaedp_gradient_rule(scale: 2, l1: 0.3, l2: 0.7),
  ]

  /// Each number in range against its formula; what lies behind stays.
  private func expectClose(_ found: [Float], _ exact: [Double], _ before: [Float], _ what: String) {
    for index in exact.indices {
      let limit = 1e-6 * max(1, abs(exact[index]))
      #expect(abs(Double(found[index]) - exact[index]) <= limit, "\(what) at \(index)")
    }
    #expect(Array(found[exact.count...]) == Array(before[exact.count...]), "behind the \(what)")
  }

  @Test(arguments: 0..<4, [1, 16, 37, 1000])
  func adam(ruleIndex: Int, count: Int) {
    // Numbers of which each weighs in the result.
    let rule = vaedp_adam(
      gradient: UpdateTests.rules[ruleIndex], beta1: 0.9, beta2: 0.99, epsilon: 0.0625, step: 0.5,
      root_correction: 1.25, keep: 0.75)
    let (w, gradient) = (zeroed(numbers(count + 5, seed: 1)), numbers(count + 5, seed: 2))
    let (m, v) = (numbers(count + 5, seed: 3), numbers(count + 5, seed: 4).map(abs))
    var (newW, newM, newV) = (w, m, v)
    _ = unsafe vaedp_update_adam(rule, count, &newW, gradient, &newM, &newV)
    var exact: (w: [Double], m: [Double], v: [Double]) = ([], [], [])
    for i in 0..<count {
      let g = ruled(rule.gradient, gradient[i], w[i])
      let (b1, b2) = (Double(rule.beta1), Double(rule.beta2))
      let mean = b1 * Double(m[i]) + (1 - b1) * g
      let square = b2 * Double(v[i]) + (1 - b2) * g * g
      let root = square.squareRoot() * Double(rule.root_correction) + Double(rule.epsilon)
      exact.w.append(Double(w[i]) * Double(rule.keep) - Double(rule.step) * mean / root)
      exact.m.append(mean)
      exact.v.append(square)
    }
    expectClose(newW, exact.w, w, "parameter")
    expectClose(newM, exact.m, m, "first moment")
    expectClose(newV, exact.v, v, "second moment")
  }

  @Test(arguments: 0..<4, [false, true])
  func sgdWithMomentum(ruleIndex: Int, nesterov: Bool) {
    let rule = vaedp_sgd(
      gradient: UpdateTests.rules[ruleIndex], rate: 0.05, momentum: 0.8, nesterov: nesterov)
    let (w, gradient, v) = (
      zeroed(numbers(105, seed: 1)), numbers(105, seed: 2), numbers(105, seed: 3)
    )
    var (newW, newV) = (w, v)
    _ = unsafe vaedp_update_sgd(rule, 100, &newW, gradient, &newV)
    var (exactW, exactV): ([Double], [Double]) = ([], [])
    for i in 0..<100 {
      let g = ruled(rule.gradient, gradient[i], w[i])
      let velocity = Double(rule.momentum) * Double(v[i]) + g
      let move = nesterov ? g + Double(rule.momentum) * velocity : velocity
      exactW.append(Double(w[i]) - Double(rule.rate) * move)
      exactV.append(velocity)
    }
    expectClose(newW, exactW, w, "parameter")
    expectClose(newV, exactV, v, "velocity")
  }

  @Test(arguments: 0..<4)
  func sgdWithoutMomentum(ruleIndex: Int) {
    let rule = vaedp_sgd(
      gradient: UpdateTests.rules[ruleIndex], rate: 0.05, momentum: 0, nesterov: false)
    let (w, gradient) = (zeroed(numbers(105, seed: 1)), numbers(105, seed: 2))
    var newW = w
    _ = unsafe vaedp_update_sgd(rule, 100, &newW, gradient, nil)
    let exact = (0..<100).map {
      Double(w[$0]) - Double(rule.rate) * ruled(rule.gradient, gradient[$0], w[$0])
    }
    expectClose(newW, exact, w, "parameter")
  }

  @Test func runningAverage() {
    let (average, value) = (numbers(105, seed: 1), numbers(105, seed: 2))
    var new = average
    _ = unsafe vaedp_update_average(0.1, 0.25, 100, &new, value)
    let exact = (0..<100).map { 0.9 * Double(average[$0]) + 0.1 * 0.25 * Double(value[$0]) }
    expectClose(new, exact, average, "average")
  }

  /// Every seventh number becomes zero, whose sign is none.
  private func zeroed(_ x: [Float]) -> [Float] {
    x.enumerated().map { $0 % 7 == 0 ? 0 : $1 }
  }
}

import CKernels
import Kernels
import Testing

/// The second stage's kernels.
@Suite struct UpdateTests {
  /// The tree as it is written: 1 into 0, 3 into 2, …; then 2 into 0, 6 into 4, …; and so on.
  private func tree(_ outputs: [[Float]]) -> [Float] {
    var outputs = outputs
    var gap = 1
    while gap < outputs.count {
      for shard in stride(from: 0, to: outputs.count - gap, by: 2 * gap) {
        outputs[shard] = zip(outputs[shard], outputs[shard + gap]).map { $0 + $1 }
      }
      gap *= 2
    }
    return outputs[0]
  }

  @Test(arguments: Array(1...9) + [16, 17], [1, 2, 3, 7, 64, 1009])
  func theSumIsTheTreeForEverySlicing(shards: Int, slices: Int) {
    let count = 1009
    let outputs = (0..<shards).map { numbers(count, seed: UInt64($0 + 1)) }
    var memory = outputs.flatMap { $0 }
    for slice in 0..<slices {
      let (begin, end) = (slice * count / slices, (slice + 1) * count / slices)
      unsafe vaedp_tree_sum(&memory, count, shards, begin, end)
    }
    let expected = tree(outputs)
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
    let outputs = (0..<shards).map { numbers(count + 8, seed: UInt64($0 + 11)) }
    var memory = outputs.flatMap { $0 }
    let found = unsafe vaedp_tree_sum_of_squares(&memory, count + 8, shards, 3, count + 3, 0.25)
    let sums = Array(tree(outputs)[3..<count + 3])
    let exact = sums.reduce(0.0) { $0 + Double($1 * 0.25) * Double($1 * 0.25) }
    #expect(abs(found - exact) <= 1e-13 * exact)
    #expect(memory[3..<count + 3].map(\.bitPattern) == sums.map(\.bitPattern))
    #expect(Array(memory[..<3]) == Array(outputs[0][..<3]))
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

  /// What an update returns: the largest magnitude of parameter and state, or what is not finite.
  @Test(arguments: [1, 16, 37, 1000])
  func updatesReturnTheLargestMagnitude(count: Int) {
    func largest(_ arrays: [Float]...) -> Float { arrays.joined().map(abs).max() ?? 0 }
    func with(_ arrays: [[Float]], _ update: OptimizerCase.Loop, _ rule: vaedp_rule) -> (
      Float, [[Float]]
    ) {
      unsafe applied(update, rule, count: count, gradient, arrays)
    }
    var gradient = numbers(count, seed: 2)
    let (w, m, v) = (
      numbers(count, seed: 1), numbers(count, seed: 3), numbers(count, seed: 4).map(abs)
    )
    for sample in OptimizerCase.all {
      let (wrote, arrays) = unsafe with(
        Array([w, v, v, v].prefix(1 + sample.stateCount)), sample.loop, sample.rule)
      #expect(wrote == arrays.joined().map(abs).max(), "\(sample)")
      gradient[count - 1] = .infinity
      #expect(
        unsafe !with(
          Array([w, v, v, v].prefix(1 + sample.stateCount)), sample.loop, sample.rule
        ).0.isFinite, "\(sample)")
      gradient[count - 1] = 0.5
    }
    var average = m
    #expect(unsafe vaedp_update_statistic(0.1, 0.25, count, &average, gradient) == largest(average))
    #expect(unsafe vaedp_update_average(0.1, count, &average, gradient) == largest(average))
    // A second moment that overflows under a finite gradient and a finite parameter.
    gradient[count - 1] = 1e25
    let (wrote, arrays) = unsafe with([w, m, v], vaedp_update_adam, OptimizerCase.all[3].rule)
    #expect(!wrote.isFinite && arrays[0].allSatisfy { $0.isFinite })
    gradient[count / 2] = .nan
    #expect(unsafe !vaedp_update_statistic(0.1, 0.25, count, &average, gradient).isFinite)
    #expect(unsafe !vaedp_update_average(0.1, count, &average, gradient).isFinite)
  }

  /// Each number in range against its formula; what lies around stays.
  private func expectClose(_ found: [Float], _ exact: [Double], _ before: [Float], _ what: String) {
    for index in exact.indices {
      let limit = 1e-6 * max(1, abs(exact[index]))
      #expect(abs(Double(found[index]) - exact[index]) <= limit, "\(what) at \(index)")
    }
    #expect(Array(found[exact.count...]) == Array(before[exact.count...]), "behind the \(what)")
  }

  /// Every loop against its formula in double, from a start within the arrays.
  @Test(arguments: OptimizerCase.all, [1, 16, 37, 1000])
  func loopsAreTheirFormulas(sample: OptimizerCase, count: Int) {
    let start = 3
    let w = zeroed(numbers(count + 8, seed: 1))
    var arrays =
      [w] + (0..<sample.stateCount).map { numbers(count + 8, seed: UInt64($0 + 3)).map(abs) }
    // A mean of squares is larger than the square of the mean.
    if arrays.count > 2 { arrays[1] = zip(arrays[1], arrays[2]).map { $0 + 2 * $1 * $1 } }
    let gradient = numbers(count, seed: 2)
    for penalties in OptimizerCase.penalties {
      var rule = sample.rule
      rule.gradient = penalties
      let (_, found) = unsafe applied(
        sample.loop, rule, count: count, gradient, arrays, start: start)
      var exact = arrays.map { _ in [Double]() }
      for i in 0..<count {
        let old = arrays.map { Double($0[start + i]) }
        let g = ruled(penalties, gradient[i], w[start + i])
        for (index, value) in sample.exact(old, g, rule).enumerated() { exact[index].append(value) }
      }
      for index in arrays.indices {
        #expect(Array(found[index][..<start]) == Array(arrays[index][..<start]))
        expectClose(
          Array(found[index][start...]), exact[index], Array(arrays[index][start...]),
          "array \(index) of \(sample)")
      }
    }
  }

  /// Block by block every loop leaves what it leaves at once, and reports what is not finite in any of them.
  @Test(arguments: OptimizerCase.all, [1, 255, 256, 257, 1000])
  func blocksAreTheWhole(sample: OptimizerCase, count: Int) {
    let arrays = (0...sample.stateCount).map { numbers(count + 8, seed: UInt64($0 + 1)).map(abs) }
    var gradient = numbers(count, seed: 9)
    for place in [nil, 0, count / 2, count - 1] {
      if let place { gradient[place] = .nan }
      let whole = unsafe applied(sample.loop, sample.rule, count: count, gradient, arrays, start: 3)
      let blocks = unsafe applied(
        sample.loop, sample.rule, count: count, gradient, arrays, start: 3, isClaiming: true)
      #expect(whole.0.bitPattern == blocks.0.bitPattern || whole.0.isNaN && blocks.0.isNaN)
      #expect(
        whole.1.joined().map(\.bitPattern) == blocks.1.joined().map(\.bitPattern), "\(sample)")
      if let place { gradient[place] = 0.5 }
    }
  }

  /// g in double.
  private func ruled(_ rule: vaedp_gradient_rule, _ gradient: Float, _ w: Float) -> Double {
    let sign: Double = w > 0 ? 1 : w < 0 ? -1 : 0
    return Double(rule.scale) * Double(gradient) + Double(rule.l2) * Double(w)
      + Double(rule.l1) * sign
  }

  /// What a loop returns, and the arrays that it leaves.
  @unsafe private func applied(
    _ loop: OptimizerCase.Loop, _ rule: vaedp_rule, count: Int, _ gradient: [Float],
    _ arrays: [[Float]], start: Int = 0, isClaiming: Bool = false
  ) -> (Float, [[Float]]) {
    let length = arrays[0].count
    var memory = arrays.flatMap { $0 }
    let wrote = unsafe memory.withUnsafeMutableBufferPointer { memory in
      let bases = unsafe arrays.indices.map { unsafe memory.baseAddress! + $0 * length }
      return isClaiming
        ? unsafe vaedp_update_claiming(loop, rule, count, gradient, bases, start)
        : unsafe loop(rule, count, gradient, bases, start)
    }
    return (
      wrote, arrays.indices.map { Array(memory[$0 * length..<($0 + 1) * length]) }
    )
  }

  @Test func runningAverage() {
    let (average, value) = (numbers(105, seed: 1), numbers(105, seed: 2))
    var new = average
    _ = unsafe vaedp_update_statistic(0.1, 0.25, 100, &new, value)
    let exact = (0..<100).map { 0.9 * Double(average[$0]) + 0.1 * 0.25 * Double(value[$0]) }
    expectClose(new, exact, average, "average")
  }

  /// A weight of 1 leaves the value to the bit, and what is equal stays equal for any.
  @Test func averageOfWeights() {
    let (average, value) = (numbers(105, seed: 1), numbers(105, seed: 2))
    for weight: Float in [0, 0.001, 0.5, 1] {
      var new = average
      _ = unsafe vaedp_update_average(weight, 100, &new, value)
      let exact = (0..<100).map {
        Double(average[$0]) + Double(weight) * (Double(value[$0]) - Double(average[$0]))
      }
      expectClose(new, exact, average, "average")
      if weight == 1 { #expect(new[..<100].map(\.bitPattern) == value[..<100].map(\.bitPattern)) }
      new = value
      _ = unsafe vaedp_update_average(weight, 100, &new, value)
      #expect(new == value)
    }
  }

  /// Every seventh number becomes zero, whose sign is none.
  private func zeroed(_ x: [Float]) -> [Float] {
    x.enumerated().map { $0 % 7 == 0 ? 0 : $1 }
  }
}

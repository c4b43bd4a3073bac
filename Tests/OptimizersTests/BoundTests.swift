import Optimizers
import Testing

/// A bound below which an update is not looked at promises that nothing in it leaves float32.
@Suite struct BoundTests {
  /// Numbers of all sizes that float32 has; a fixed sequence (SplitMix64).
  private struct Sizes {
    var state: UInt64

    mutating func bits() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return z ^ z >> 31
    }

    mutating func uniform() -> Double { Double(bits() >> 11) * 0x1p-53 }

    mutating func pick<T>(_ values: [T]) -> T { values[Int(bits() % UInt64(values.count))] }

    /// A power of ten at random.
    mutating func size(_ range: ClosedRange<Double>) -> Double {
      let exponent = range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
      let whole = exponent.rounded(.down)
      let factor = (0..<Int(abs(whole))).reduce(1.0) { product, _ in
        whole < 0 ? product / 10 : product * 10
      }
      return factor * (1 + 9 * (exponent - whole))
    }

    /// A number that is no larger than `limit`, often just as large, often zero.
    mutating func within(_ limit: Float) -> Float {
      let magnitude = pick([limit, limit, 0, limit * Float(uniform()), .leastNonzeroMagnitude])
      return bits() & 1 == 0 ? min(magnitude, limit) : -min(magnitude, limit)
    }
  }

  /// Settings of an optimiser at random, most of them absurd.
  private func settings(_ key: String, _ sizes: inout Sizes) -> String {
    func decay() -> Double {
      sizes.pick([0, 0.5, 0.9, 0.999, 1 - 1e-6, 1 - 0x1p-24, sizes.uniform() * (1 - 0x1p-20)])
    }
    var options = ["\"learningRate\": 1"]
    switch key {
    case "sgd":
      options += [
        "\"momentum\": \(decay())", "\"nesterov\": \(sizes.bits() & 1 == 0)",
      ]
    case "rmsprop":
      options += [
        "\"momentum\": \(decay())", "\"decay\": \(decay())",
        "\"centered\": \(sizes.bits() & 1 == 0)",
      ]
    case "adagrad": options.append("\"learningRateDecay\": \(sizes.pick([0, 1e-3, 10]))")
    default: options += ["\"beta1\": \(decay())", "\"beta2\": \(decay())"]
    }
    if key == "nadam" { options[1] = "\"beta1\": \(sizes.pick([0, 0.5, 0.9, 0.99]))" }
    if key == "nadam" { options.append("\"momentumDecay\": \(sizes.pick([0, 4e-3, 1, 1e5]))") }
    if key == "adamW" || key == "lion" { options.append("\"weightDecay\": \(sizes.uniform())") }
    if key != "sgd", key != "lion" { options.append("\"epsilon\": \(sizes.size(-44...38))") }
    return "{ \"\(key)\": { \(options.joined(separator: ", ")) } }"
  }

  /// 10⁵ steps from numbers of all sizes up to the largest: where the bound says so, all stays finite. A few
  /// elements each, so that vectors and remainders of them are met.
  @Test(arguments: optimizerChoices.map { $0.key })
  func certainStepsStayFinite(key: String) throws {
    var sizes = Sizes(state: UInt64(key.utf8.reduce(7) { $0 * 31 + Int($1) }))
    var (certain, close) = (0, 0)
    for _ in 0..<1000 {
      let optimizer = try OptimizerTests.optimizer(settings(key, &sizes))
      let isNonNegative = optimizer.stateNames.map(optimizer.nonNegativeStates.contains)
      for _ in 0..<100 {
        let rate = sizes.pick([1e-3, 1, sizes.size(-10...38.5)])
        let rule = optimizer.rule(rate: rate, count: Int(sizes.size(0...4)))
        let penalty = WeightPenalty(
          l1: sizes.pick([0, sizes.size(-6...6)]), l2: sizes.pick([0, sizes.size(-6...6)]))
        let (old, g) = (Float(sizes.size(-40...38.4)), Float(sizes.size(-40...38.4)))
        let bound = rule.bound(
          gradient: Double(g), penalty: penalty, magnitude: Double(old))
        guard bound < UpdateRule.certainMagnitude else { continue }
        certain += 1
        if bound > UpdateRule.certainMagnitude * 1e-3 { close += 1 }
        let count = Int(sizes.bits() % 40 + 1)
        let wrote = unsafe apply(
          rule, penalty, gradient: (0..<count).map { _ in sizes.within(g) },
          arrays: (0...rule.stateCount).map { index in
            (0..<count).map { _ in
              let value = sizes.within(old)
              return index > 0 && isNonNegative[index - 1] ? abs(value) : value
            }
          })
        #expect(wrote.isFinite, "\(key): old \(old), gradient \(g), rate \(rate), \(penalty)")
        if !wrote.isFinite { return }
      }
    }
    // Neither idle nor far from where it matters.
    #expect(certain > 10_000 && close > 100, "\(certain) certain, \(close) close")
  }

  /// In a training that is well the bound does not call for a check.
  @Test(arguments: OptimizerTests.settings)
  func usualStepsAreCertain(json: String) throws {
    let optimizer = try OptimizerTests.optimizer(json)
    for count in [1, 2, 10, 1_000_000] {
      let bound = optimizer.rule(rate: optimizer.learningRate, count: count).bound(
        gradient: 1e6, penalty: WeightPenalty(l1: 0.1, l2: 0.1), magnitude: 1e6)
      #expect(bound < UpdateRule.certainMagnitude * 1e-9, "step \(count)")
    }
  }

  /// What is no number, or infinite, is never certain.
  @Test(arguments: OptimizerTests.settings)
  func whatIsNotKnownIsNotCertain(json: String) throws {
    let rule = try OptimizerTests.optimizer(json).rule(rate: 1e-3, count: 3)
    let penalty = WeightPenalty()
    for (g, old) in [(1, Double.infinity), (.infinity, 1), (.nan, 1), (1, .nan)] {
      // A normalised gradient is never larger than 1, whatever it was.
      #expect(
        !(rule.bound(gradient: g, penalty: penalty, magnitude: old) < UpdateRule.certainMagnitude))
    }
  }

  /// The largest magnitude that a step writes.
  @unsafe private func apply(
    _ rule: UpdateRule, _ penalty: WeightPenalty, gradient: [Float], arrays: [[Float]]
  ) -> Float {
    let count = gradient.count
    var memory = arrays.flatMap { $0 }
    return unsafe memory.withUnsafeMutableBufferPointer { memory in
      let bases = unsafe arrays.indices.map { unsafe memory.baseAddress! + $0 * count }
      return unsafe rule.apply(
        scale: 1, penalty: penalty, count: count, gradient: gradient, arrays: bases, start: 0)
    }
  }
}

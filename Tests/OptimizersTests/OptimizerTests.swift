import Configuration
import Optimizers
import Testing

@Suite struct OptimizerTests {
  /// Every choice, with its options at their defaults and with others that change what it keeps.
  static let settings =
    optimizerChoices.map { "\"\($0.key)\"" } + [
      #"{ "sgd": { "momentum": 0.5 } }"#, #"{ "sgd": { "momentum": 0.5, "nesterov": true } }"#,
      #"{ "rmsprop": { "momentum": 0.5 } }"#, #"{ "rmsprop": { "centered": true } }"#,
      #"{ "rmsprop": { "centered": true, "momentum": 0.5 } }"#,
    ]

  static func optimizer(_ json: String) throws -> any Optimizer {
    try JSONNode.parse(json, file: nil).choice(of: "optimizer", among: optimizerTable).value
  }

  @Test func keysDiffer() {
    #expect(Set(optimizerChoices.map { $0.key }).count == optimizerChoices.count)
  }

  /// Checkpoints name as many arrays as a step changes, each once, and none as the average.
  @Test(arguments: settings)
  func statesAreAsManyAsTheRuleKeeps(json: String) throws {
    let optimizer = try Self.optimizer(json)
    let names = optimizer.stateNames
    #expect(names.count == optimizer.rule(rate: 1, count: 1).stateCount)
    #expect(Set(names).count == names.count && !names.contains("average"))
  }

  @Test func sgdKeepsAStateOnlyWithMomentum() throws {
    let plain = try Self.optimizer("\"sgd\"")
    #expect(plain.learningRate == 0.01 && plain.stateNames.isEmpty)
    let heavy = try Self.optimizer(#"{ "sgd": { "learningRate": 2, "momentum": 0.9 } }"#)
    #expect(heavy.learningRate == 2 && heavy.stateNames == ["momentum"])
  }

  /// Step i of n weighs dⁿ⁻ⁱ, or all the same, whatever the average was before.
  @Test(arguments: [nil, 0, 0.5, 0.999])
  func averagesAreWhatTheyAreCalled(decay: Double?) {
    let average = WeightAverage(decay: decay)
    var found = 17.0
    for count in 1...1000 {
      let value = Double(count * 7919 % 101)
      let weight = average.weight(count: count)
      found += weight * (value - found)
    }
    let weights = (1...1000).map { count in
      (count..<1000).reduce(1.0) { product, _ in product * (decay ?? 1) }
    }
    let sum = zip(1..., weights).reduce(0.0) { $0 + Double($1.0 * 7919 % 101) * $1.1 }
    #expect(abs(found - sum / weights.reduce(0, +)) < 1e-10)
  }
}

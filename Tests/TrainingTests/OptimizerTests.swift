import Configuration
import DataParallel
import Testing
import Training

@Suite struct OptimizerTests {
  private func optimizer(_ json: String) throws -> any Optimizer {
    let node = try JSONNode.parse("{ \"optimizer\": \(json) }", file: nil)
    return try TrainingConfiguration(reading: node).optimizer
  }

  @Test func adamIsTheDefault() throws {
    let configuration = try TrainingConfiguration(reading: .object([]))
    #expect(configuration.optimizer.learningRate == 1e-3)
    #expect(configuration.optimizer.momentNames == ["firstMoment", "secondMoment"])
    #expect(configuration.momentCount == 2)
    #expect(
      configuration.optimizer.rule(rate: 0.5, count: 7)
        == .adam(rate: 0.5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0, count: 7))
  }

  @Test func adamTakesItsOptions() throws {
    let adam = try optimizer(
      """
      { "adam": { "learningRate": 0.01, "beta1": 0.5, "beta2": 0.75, "epsilon": 1e-4 } }
      """)
    #expect(adam.learningRate == 0.01)
    #expect(
      adam.rule(rate: 1, count: 1)
        == .adam(rate: 1, beta1: 0.5, beta2: 0.75, epsilon: 1e-4, decay: 0, count: 1))
  }

  @Test func adamWDecaysWeights() throws {
    let usual = try optimizer("\"adamW\"")
    #expect(usual.learningRate == 1e-3)
    #expect(
      usual.rule(rate: 2, count: 3)
        == .adam(rate: 2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.01, count: 3))
    let other = try optimizer("{ \"adamW\": { \"weightDecay\": 0.25 } }")
    #expect(
      other.rule(rate: 2, count: 3)
        == .adam(rate: 2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.25, count: 3))
  }

  @Test func sgdKeepsAMomentOnlyWithMomentum() throws {
    let plain = try optimizer("\"sgd\"")
    #expect(plain.learningRate == 0.01)
    #expect(plain.momentNames.isEmpty)
    #expect(plain.rule(rate: 1, count: 1) == .sgd(rate: 1, momentum: 0, nesterov: false))
    let heavy = try optimizer("{ \"sgd\": { \"momentum\": 0.9, \"nesterov\": true } }")
    #expect(heavy.momentNames == ["momentum"])
    #expect(heavy.rule(rate: 1, count: 1) == .sgd(rate: 1, momentum: 0.9, nesterov: true))
  }

  /// Checkpoints name as many moments as the engine keeps.
  @Test(arguments: ["adam", "adamW", "sgd", "{ \"sgd\": { \"momentum\": 0.5 } }"])
  func momentNamesAreAsManyAsTheRuleKeeps(json: String) throws {
    let optimizer = try optimizer(json.hasPrefix("{") ? json : "\"\(json)\"")
    #expect(optimizer.momentNames.count == optimizer.rule(rate: 1, count: 1).momentCount)
  }
}

package import Configuration
package import DataParallel

/// A choice of the axis `optimizer`: how gradients change parameters.
package protocol Optimizer: Sendable {
  /// Its name in configurations.
  static var key: String { get }
  /// Reads its settings.
  init(reading: inout ObjectReader) throws(ConfigurationError)
  /// Step size before the schedule.
  var learningRate: Double { get }
  /// Names of the moments that it keeps, as checkpoints show them.
  var momentNames: [String] { get }
  /// The rule of step `count` (from 1) at a learning rate.
  func rule(rate: Double, count: Int) -> UpdateRule
}

/// Stochastic gradient descent with momentum.
package struct SGD: Optimizer {
  package static let key = "sgd"
  package let learningRate: Double
  let momentum: Double
  let nesterov: Bool

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    learningRate = try reader.number("learningRate", default: 1e-2, above: 0)
    momentum = try reader.number("momentum", default: 0, in: 0...1, below: 1)
    nesterov = try reader.boolean("nesterov", default: false)
  }

  package var momentNames: [String] { momentum == 0 ? [] : ["momentum"] }

  package func rule(rate: Double, count: Int) -> UpdateRule {
    .sgd(rate: rate, momentum: momentum, nesterov: nesterov)
  }
}

/// Adam. Source: Kingma & Ba, arXiv:1412.6980.
package struct Adam: Optimizer {
  package static let key = "adam"
  package let learningRate: Double
  let moments: AdamMoments

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    learningRate = try reader.number("learningRate", default: 1e-3, above: 0)
    moments = try AdamMoments(reading: &reader)
  }

  package var momentNames: [String] { AdamMoments.names }

  package func rule(rate: Double, count: Int) -> UpdateRule {
    moments.rule(rate: rate, decay: 0, count: count)
  }
}

/// Adam with decoupled weight decay. Source: Loshchilov & Hutter, arXiv:1711.05101.
package struct AdamW: Optimizer {
  package static let key = "adamW"
  package let learningRate: Double
  let moments: AdamMoments
  let weightDecay: Double

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    learningRate = try reader.number("learningRate", default: 1e-3, above: 0)
    moments = try AdamMoments(reading: &reader)
    weightDecay = try reader.number("weightDecay", default: 1e-2, in: 0...1)
  }

  package var momentNames: [String] { AdamMoments.names }

  package func rule(rate: Double, count: Int) -> UpdateRule {
    moments.rule(rate: rate, decay: weightDecay, count: count)
  }
}

/// What Adam and AdamW have in common.
struct AdamMoments: Sendable {
  static let names = ["firstMoment", "secondMoment"]
  let beta1: Double
  let beta2: Double
  let epsilon: Double

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    beta1 = try reader.number("beta1", default: 0.9, in: 0...1, below: 1)
    beta2 = try reader.number("beta2", default: 0.999, in: 0...1, below: 1)
    epsilon = try reader.number("epsilon", default: 1e-8, above: 0)
  }

  func rule(rate: Double, decay: Double, count: Int) -> UpdateRule {
    .adam(
      rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay, count: count)
  }
}

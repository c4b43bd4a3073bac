internal import CKernels
package import Configuration

/// Steps of one size, in the direction of a mean's sign.
///
///     w ← (1 − rate · λ) w − rate · sign(β₁ m + (1 − β₁) g);  m ← β₂ m + (1 − β₂) g
///
/// - Source: Chen et al., "Symbolic Discovery of Optimization Algorithms", arXiv:2302.06675, algorithm 2; sign(0) = 0.
package struct Lion: Optimizer {
  package static let key = "lion"
  package let learningRate: Double
  let beta1: Double
  let beta2: Double
  let weightDecay: Double

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    learningRate = try reader.number("learningRate", default: 1e-4, above: 0)
    beta1 = try reader.number("beta1", default: 0.9, in: 0...1, below: 1)
    beta2 = try reader.number("beta2", default: 0.99, in: 0...1, below: 1)
    weightDecay = try reader.number("weightDecay", default: 0, in: 0...1)
  }

  package var stateNames: [String] { ["firstMoment"] }

  package func rule(rate: Double, count: Int) -> UpdateRule {
    let numbers = vaedp_rule(
      rate: rate, keep: 1 - rate * weightDecay, beta1: beta1, beta2: beta2)
    return unsafe UpdateRule(stateCount: 1, numbers, loop: vaedp_update_lion) {
      $0.mean + $0.moved(by: 1)
    }
  }
}

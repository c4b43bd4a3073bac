internal import CKernels
package import Configuration

/// Steps of one size, in the direction of a mean's sign.
///
///     w ← (1 − rate · λ) w − rate · sign(β₁ m + (1 − β₁) g);  m ← β₂ m + (1 − β₂) g
///
/// - Source: Chen et al., "Symbolic Discovery of Optimization Algorithms", arXiv:2302.06675, algorithm 2; sign(0) = 0.
package struct Lion: Optimizer {
  package static let key = "lion"
  package static let meaning =
    "Steps of one size, by the sign of a mean. Chen et al., arXiv:2302.06675."
  package let learningRate: Double
  let beta1: Double
  let beta2: Double
  let weightDecay: Double

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    learningRate = try reader.number(
      "learningRate", default: 1e-4, above: 0, "Step size before the schedule.")
    beta1 = try reader.number(
      "beta1", default: 0.9, in: 0...1, below: 1, "Weight of the mean in what the sign is of.")
    beta2 = try reader.number(
      "beta2", default: 0.99, in: 0...1, below: 1, "What a step leaves of the mean of gradients.")
    weightDecay = try reader.number(
      "weightDecay", default: 0, in: 0...1,
      "Share of each weight that a step of rate 1 takes away, of all trained parameters.")
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

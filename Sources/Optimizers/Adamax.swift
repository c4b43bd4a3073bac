internal import CKernels
package import Configuration

/// Adam with the largest gradient, which fades, in place of a mean of squares.
///
///     m ← β₁ m + (1 − β₁) g;  u ← max(β₂ u, |g| + ε)
///     w ← w − rate / (1 − β₁ᵗ) · m / u
///
/// - Source: Kingma & Ba, arXiv:1412.6980, algorithm 2; the ε is PyTorch's, and keeps u from 0.
package struct Adamax: Optimizer {
  package static let key = "adamax"
  package static let meaning =
    "Adam that divides by the largest gradient, which fades by β₂. Kingma & Ba, algorithm 2, "
    + "in PyTorch's form."
  package let learningRate: Double
  let moments: Moments

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    learningRate = try reader.number(
      "learningRate", default: 2e-3, above: 0, "Step size before the schedule.")
    moments = try Moments(reading: &reader)
  }

  package var stateNames: [String] { ["firstMoment", "largestGradient"] }
  package var nonNegativeStates: [String] { ["largestGradient"] }

  package func rule(rate: Double, count: Int) -> UpdateRule {
    let numbers = vaedp_rule(
      rate: rate / moments.corrections(count).first, beta1: moments.beta1, beta2: moments.beta2,
      epsilon: moments.epsilon)
    // u is at least ε, and no more than the mean's bound and ε.
    return unsafe UpdateRule(stateCount: 2, numbers, loop: vaedp_update_adamax) {
      $0.mean + $0.epsilon + $0.moved(by: $0.mean / $0.epsilon)
    }
  }
}

internal import CKernels
package import Configuration

/// Steps of the size of the learning rate: a mean of gradients over the root of a mean of their squares.
///
///     m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²
///     w ← w − rate · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// - Source: Kingma & Ba, "Adam: A Method for Stochastic Optimization", arXiv:1412.6980, algorithm 1.
package struct Adam: Optimizer {
  package static let key = "adam"
  package static let meaning =
    "Steps of the size of the rate: a mean of gradients over the root of a mean of their "
    + "squares. Kingma & Ba, arXiv:1412.6980."
  package let learningRate: Double
  let moments: Moments

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    learningRate = try reader.number(
      "learningRate", default: 1e-3, above: 0, "Step size before the schedule.")
    moments = try Moments(reading: &reader)
  }

  package var stateNames: [String] { Moments.names }
  package var nonNegativeStates: [String] { [Moments.names[1]] }

  package func rule(rate: Double, count: Int) -> UpdateRule {
    .adam(rate: rate, moments, decay: 0, count: count)
  }
}

/// What Adam and its kin have in common: means of gradients and of their squares.
struct Moments: Sendable {
  static let names = ["firstMoment", "secondMoment"]
  var beta1: Double
  var beta2: Double
  var epsilon: Double

  /// What both means, which begin at zero, are to be divided by after `count` steps.
  func corrections(_ count: Int) -> (first: Double, second: Double) {
    (1 - power(beta1, count), 1 - power(beta2, count))
  }

  /// The numbers of Adam's step.
  func numbers(rate: Double, keep: Double = 1, count: Int) -> vaedp_rule {
    let (first, second) = corrections(count)
    return vaedp_rule(
      rate: rate / first, keep: keep, beta1: beta1, beta2: beta2, root: 1 / second.squareRoot(),
      epsilon: epsilon)
  }
}

extension Moments {
  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    beta1 = try reader.number(
      "beta1", default: 0.9, in: 0...1, below: 1, "What a step leaves of the mean of gradients.")
    beta2 = try reader.number(
      "beta2", default: 0.999, in: 0...1, below: 1,
      "What a step leaves of the mean of squares, or of the largest gradient.")
    epsilon = try reader.number(
      "epsilon", default: 1e-8, above: 0, "Added to what is divided by.")
  }
}

extension UpdateRule {
  /// Adam's step `count`, from 1, and AdamW's with a decoupled decay.
  public static func adam(
    rate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    decay: Double = 0, count: Int
  ) -> UpdateRule {
    .adam(
      rate: rate, Moments(beta1: beta1, beta2: beta2, epsilon: epsilon), decay: decay,
      count: count)
  }

  static func adam(
    rate: Double, _ moments: Moments, decay: Double, normalizesGradients: Bool = false, count: Int
  ) -> UpdateRule {
    unsafe UpdateRule(
      stateCount: 2, normalizesGradients: normalizesGradients,
      moments.numbers(rate: rate, keep: 1 - rate * decay, count: count),
      loop: vaedp_update_adam
    ) { $0.mean + $0.square + $0.moved(by: $0.mean / $0.epsilon) }
  }
}

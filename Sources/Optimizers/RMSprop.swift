internal import CKernels
package import Configuration

/// The gradient over the root of a mean of its squares or, where it is centred, over its standard deviation.
///
///     s ← ρ s + (1 − ρ) g²;  centred: a ← ρ a + (1 − ρ) g, else a = 0
///     b ← μ b + g / (√max(0, s − a²) + ε);  w ← w − rate · b
///
/// - Source: Tieleman & Hinton, Coursera lecture 6.5, 2012; centred: Graves, arXiv:1308.0850, eq. 38–45; in PyTorch's
///   form, but that s − a² never falls below 0 by rounding.
package struct RMSprop: Optimizer {
  package static let key = "rmsprop"
  package static let meaning =
    "The gradient over the root of a mean of its squares. Tieleman & Hinton 2012; centred: "
    + "Graves, arXiv:1308.0850; in PyTorch's form."
  package let learningRate: Double
  let decay: Double
  let epsilon: Double
  let momentum: Double
  let isCentered: Bool

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    learningRate = try reader.number(
      "learningRate", default: 1e-2, above: 0, "Step size before the schedule.")
    decay = try reader.number(
      "decay", default: 0.99, in: 0...1, below: 1, "What a step leaves of the mean of squares.")
    epsilon = try reader.number(
      "epsilon", default: 1e-8, above: 0, "Added to what is divided by.")
    momentum = try reader.number(
      "momentum", default: 0, in: 0...1, below: 1, "Momentum of what the mean has scaled.")
    isCentered = try reader.boolean(
      "centered", default: false, "Whether the standard deviation divides instead.")
  }

  package var stateNames: [String] {
    ["meanSquare"] + (isCentered ? ["mean"] : []) + (hasMomentum ? ["scaledMomentum"] : [])
  }

  package var nonNegativeStates: [String] { ["meanSquare"] }

  /// As the loop sees it.
  private var hasMomentum: Bool { Float(momentum) != 0 }

  package func rule(rate: Double, count: Int) -> UpdateRule {
    let numbers = vaedp_rule(rate: rate, beta1: momentum, beta2: decay, epsilon: epsilon)
    return unsafe UpdateRule(
      stateCount: 1 + (isCentered ? 1 : 0) + (hasMomentum ? 1 : 0), numbers,
      loop: isCentered ? vaedp_update_rmsprop_centered : vaedp_update_rmsprop
    ) {
      $0.mean + $0.mean * $0.mean + $0.square + $0.moved(by: $0.old + $0.g / $0.epsilon)
    }
  }
}

internal import CKernels
package import Configuration

/// Stochastic gradient descent, with momentum where it is not 0.
///
///     v ← μ v + g;  w ← w − rate · v, and with Nesterov's look ahead w ← w − rate · (g + μ v)
///
/// - Source: Sutskever et al., ICML 2013, in PyTorch's form, where the rate scales the sum.
package struct SGD: Optimizer {
  package static let key = "sgd"
  package static let meaning =
    "Gradient descent, with momentum where it is not 0. Sutskever et al., ICML 2013, in "
    + "PyTorch's form."
  package let learningRate: Double
  let momentum: Double
  let nesterov: Bool

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    learningRate = try reader.number(
      "learningRate", default: 1e-2, above: 0, "Step size before the schedule.")
    momentum = try reader.number(
      "momentum", default: 0, in: 0...1, below: 1, "m of v ← m·v + g; w ← w − rate·v.")
    nesterov = try reader.boolean(
      "nesterov", default: false, "Whether to look ahead: w ← w − rate·(g + m·v).")
  }

  package var stateNames: [String] { momentum == 0 ? [] : ["momentum"] }

  package func rule(rate: Double, count: Int) -> UpdateRule {
    .sgd(rate: rate, momentum: momentum, nesterov: nesterov)
  }
}

extension UpdateRule {
  /// A step of gradient descent.
  public static func sgd(
    rate: Double, momentum: Double = 0, nesterov: Bool = false
  ) -> UpdateRule {
    let numbers = vaedp_rule(rate: rate, beta1: momentum)
    if momentum == 0 {
      return unsafe UpdateRule(stateCount: 0, numbers, loop: vaedp_update_sgd) {
        $0.g + $0.moved(by: $0.g)
      }
    }
    return unsafe UpdateRule(
      stateCount: 1, numbers, loop: nesterov ? vaedp_update_nesterov : vaedp_update_momentum
    ) { $0.mean + $0.moved(by: $0.g + $0.mean) }
  }
}

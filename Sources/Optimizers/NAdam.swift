internal import CKernels
package import Configuration
internal import Glibc

/// Adam with Nesterov's look ahead, and a β₁ that grows to its value.
///
///     μₜ = β₁ (1 − ½ · 0.96^(ψ t));  Πₜ = μ₁ ⋯ μₜ;  m and v as Adam's
///     w ← w − rate · ((1 − μₜ) g / (1 − Πₜ) + μₜ₊₁ m / (1 − Πₜ₊₁)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// - Source: Dozat, "Incorporating Nesterov Momentum into Adam", ICLR 2016 workshop, algorithm 2, in PyTorch's form.
package struct NAdam: Optimizer {
  package static let key = "nadam"
  package static let meaning =
    "Adam with Nesterov's look ahead. Dozat, ICLR 2016 workshop, in PyTorch's form."
  package let learningRate: Double
  let moments: Moments
  /// 0.96^ψ.
  private let fading: Double

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    learningRate = try reader.number(
      "learningRate", default: 2e-3, above: 0, "Step size before the schedule.")
    moments = try Moments(reading: &reader)
    let decay = try reader.number(
      "momentumDecay", default: 4e-3, in: 0...1e6, "How fast β₁ comes to its value.")
    fading = pow(0.96, decay)
  }

  package var stateNames: [String] { Moments.names }
  package var nonNegativeStates: [String] { [Moments.names[1]] }

  package func rule(rate: Double, count: Int) -> UpdateRule {
    let (now, next) = (momentum(power(fading, count)), momentum(power(fading, count + 1)))
    let product = momentumProduct(count)
    let numbers = vaedp_rule(
      rate: rate * next / (1 - product * next), ahead: rate * (1 - now) / (1 - product),
      beta1: moments.beta1, beta2: moments.beta2,
      root: 1 / moments.corrections(count).second.squareRoot(), epsilon: moments.epsilon)
    return unsafe UpdateRule(stateCount: 2, numbers, loop: vaedp_update_nadam) {
      let direction = $0.ahead * $0.g + $0.rate * $0.mean
      return $0.mean + $0.square + $0.ahead + $0.rate + $0.old
        + (1 + direction) * (1 + 1 / $0.epsilon)
    }
  }

  private func momentum(_ faded: Double) -> Double { moments.beta1 * (1 - 0.5 * faded) }

  /// Πₜ, as a function of the step alone, so that nothing has to be saved. Below 2⁻⁶⁰ it is lost beside 1, and what
  /// would still come to it is left out: some 400 factors where β₁ = 0.9.
  private func momentumProduct(_ count: Int) -> Double {
    var (product, faded) = (1.0, 1.0)
    for _ in 0..<count where product > 0x1p-60 {
      faded *= fading
      product *= momentum(faded)
    }
    return product
  }
}

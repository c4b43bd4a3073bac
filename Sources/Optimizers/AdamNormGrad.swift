package import Configuration

/// Adam on the gradients' directions: each parameter's gradient is divided by its norm before.
///
///     g ← g / (‖g‖₂ + 10⁻⁷), over one parameter's elements; penalties come behind it; then as Adam
///
/// The norms are of the whole minibatch, after clipping; so all gradients are summed before any is applied.
///
/// - Source: `AdamNormGrad` of Tomczak & Welling, "VAE with a VampPrior", arXiv:1705.07120, in the code that the
///   authors published. They add ε before v is corrected; here it is added behind, as PyTorch does today.
package struct AdamNormGrad: Optimizer {
  package static let key = "adamNormGrad"
  package static let meaning =
    "Adam on each parameter's gradient over its norm. Tomczak & Welling, arXiv:1705.07120, "
    + "their code."
  package let learningRate: Double
  let moments: Moments

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    learningRate = try reader.number(
      "learningRate", default: 1e-3, above: 0, "Step size before the schedule.")
    moments = try Moments(reading: &reader)
  }

  /// Moments of directions have another scale than Adam's, and so names of their own.
  package var stateNames: [String] { ["firstMomentOfDirection", "secondMomentOfDirection"] }
  package var nonNegativeStates: [String] { ["secondMomentOfDirection"] }

  package func rule(rate: Double, count: Int) -> UpdateRule {
    .adam(rate: rate, moments, decay: 0, normalizesGradients: true, count: count)
  }
}

package import Configuration

/// Adam with a decay of the weights that does not go through the gradient, on every trained parameter.
///
///     m and v as Adam's;  w ← (1 − rate · λ) w − rate · m̂ / (√v̂ + ε)
///
/// - Source: Loshchilov & Hutter, "Decoupled Weight Decay Regularization", arXiv:1711.05101, algorithm 2; as in
///   PyTorch the schedule multiplies the decay too.
package struct AdamW: Optimizer {
  package static let key = "adamW"
  package static let meaning =
    "Adam with a decay of the weights that does not go through the gradient. Loshchilov & "
    + "Hutter, arXiv:1711.05101."
  package let learningRate: Double
  let moments: Moments
  let weightDecay: Double

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    learningRate = try reader.number(
      "learningRate", default: 1e-3, above: 0, "Step size before the schedule.")
    moments = try Moments(reading: &reader)
    weightDecay = try reader.number(
      "weightDecay", default: 1e-2, in: 0...1,
      "Share of each weight that a step of rate 1 takes away, of all trained parameters.")
  }

  package var stateNames: [String] { Moments.names }
  package var nonNegativeStates: [String] { [Moments.names[1]] }

  package func rule(rate: Double, count: Int) -> UpdateRule {
    .adam(rate: rate, moments, decay: weightDecay, count: count)
  }
}

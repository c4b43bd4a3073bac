internal import CKernels
package import Configuration

/// Adam whose steps divide by the largest mean of squares so far.
///
///     m and v as Adam's;  u ← max(u, v)
///     w ← w − rate · m / (1 − β₁ᵗ) / (√(u / (1 − β₂ᵗ)) + ε)
///
/// - Source: Reddi, Kale & Kumar, "On the Convergence of Adam and Beyond", arXiv:1904.09237, algorithm 2; with
///   the corrections and the ε that PyTorch adds to it.
package struct AMSGrad: Optimizer {
  package static let key = "amsgrad"
  package static let meaning =
    "Adam that divides by the largest second moment so far. Reddi et al., arXiv:1904.09237, in "
    + "PyTorch's form."
  package let learningRate: Double
  let moments: Moments

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    learningRate = try reader.number(
      "learningRate", default: 1e-3, above: 0, "Step size before the schedule.")
    moments = try Moments(reading: &reader)
  }

  package var stateNames: [String] { Moments.names + ["largestSecondMoment"] }
  package var nonNegativeStates: [String] { Array(stateNames.dropFirst()) }

  package func rule(rate: Double, count: Int) -> UpdateRule {
    unsafe UpdateRule(
      stateCount: 3, moments.numbers(rate: rate, count: count), loop: vaedp_update_amsgrad
    ) { $0.mean + $0.square + $0.moved(by: $0.mean / $0.epsilon) }
  }
}

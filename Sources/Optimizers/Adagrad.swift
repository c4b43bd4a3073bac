internal import CKernels
package import Configuration

/// The gradient over the root of the sum of all squares so far.
///
///     s ← s + g²;  w ← w − rate / (1 + (t − 1) · decay) · g / (√s + ε)
///
/// - Source: Duchi, Hazan & Singer, JMLR 12 (2011), 2121–2159, diagonal; in PyTorch's form.
package struct Adagrad: Optimizer {
  package static let key = "adagrad"
  package static let meaning =
    "Divides by the root of the sum of squares. Duchi et al., JMLR 2011, in PyTorch's form."
  package let learningRate: Double
  let learningRateDecay: Double
  let initialSum: Double
  let epsilon: Double

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    learningRate = try reader.number(
      "learningRate", default: 1e-2, above: 0, "Step size before the schedule.")
    learningRateDecay = try reader.number(
      "learningRateDecay", default: 0, in: 0...1e6,
      "The rate of step t is divided by 1 + (t − 1) · decay.")
    initialSum = try reader.number(
      "initialSum", default: 0, in: 0...1e12, "Where the sums of squares begin.")
    epsilon = try reader.number(
      "epsilon", default: 1e-10, above: 0, "Added to what is divided by.")
  }

  package var stateNames: [String] { ["sumOfSquares"] }
  package var nonNegativeStates: [String] { stateNames }
  package var initialState: Float { Float(initialSum) }

  package func rule(rate: Double, count: Int) -> UpdateRule {
    let numbers = vaedp_rule(
      rate: rate / (1 + Double(count - 1) * learningRateDecay), epsilon: epsilon)
    return unsafe UpdateRule(stateCount: 1, numbers, loop: vaedp_update_adagrad) {
      $0.square + $0.moved(by: $0.g / $0.epsilon)
    }
  }
}

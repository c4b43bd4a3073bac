package import Configuration

/// A choice of `training.average`: an average of the parameters over steps, which the model is then used with.
///
///     average ← average + c · (w − average),  c a function of how many steps were averaged
///
/// Running statistics are averaged along with the parameters, in the same way.
public struct WeightAverage: Sendable, Hashable {
  /// Passes over the data before it begins; until then it is the parameters themselves.
  public var fromEpoch: Double
  /// Of the weight of each step, how much the next one leaves of it; nil where all weigh the same.
  public var decay: Double?

  /// An average from the beginning, or from later on.
  public init(fromEpoch: Double = 0, decay: Double?) {
    (self.fromEpoch, self.decay) = (fromEpoch, decay)
  }

  /// What the parameters weigh that are averaged as the `count`-th, from 1.
  ///
  /// - exponential: (1 − d) / (1 − dⁿ), so that step i weighs dⁿ⁻ⁱ beside the others, and the first no more than
  ///   that; corrected as Adam's means are. After some 1 / (1 − d) steps it is 1 − d.
  /// - equal: 1 / n. Source: Polyak & Juditsky, SIAM J. Control Optim. 30 (1992), 838–855; Izmailov et al.,
  ///   arXiv:1803.05407.
  package func weight(count: Int) -> Double {
    guard let decay else { return 1 / Double(count) }
    return (1 - decay) / (1 - power(decay, count))
  }

  /// All averages, and none.
  package static var choices: [Alternative<WeightAverage?>] {
    [
      Alternative("none", "The parameters are used.") { _ in nil },
      Alternative("exponential", "Later steps weigh more.") {
        (reader) throws(ConfigurationError) in
        let decay = try reader.number(
          "decay", default: 0.999, in: 0...1, below: 1,
          "Each step weighs so many times as much as the next.")
        return WeightAverage(fromEpoch: try fromEpoch(in: &reader), decay: decay)
      },
      Alternative(
        "equal",
        "All steps weigh the same. Polyak & Juditsky 1992; Izmailov et al., arXiv:1803.05407."
      ) { (reader) throws(ConfigurationError) in
        WeightAverage(fromEpoch: try fromEpoch(in: &reader), decay: nil)
      },
    ]
  }

  private static func fromEpoch(
    in reader: inout ObjectReader
  ) throws(ConfigurationError) -> Double {
    try reader.number(
      "fromEpoch", default: 0, in: 0...1e9,
      "Passes over the data before it begins; until then it is the parameters.")
  }
}

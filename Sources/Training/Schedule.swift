package import Configuration
internal import Glibc

/// A choice of the axis `schedule`: what the learning rate is multiplied by during training.
package protocol Schedule: Sendable {
  /// Its name in configurations.
  static var key: String { get }
  /// What it does, in one or several sentences, with its source.
  static var meaning: String { get }
  /// Reads its settings.
  init(reading: inout ObjectReader) throws(ConfigurationError)
  /// The factor at a moment of training.
  ///
  /// - Parameters:
  ///   - epoch: passes over the data, with their fraction, when the step will be done; above 0.
  ///   - total: passes that the training is to make.
  func factor(atEpoch epoch: Double, of total: Double) -> Double
  /// Whether the factor depends on where the training ends.
  static var looksAtEnd: Bool { get }
  /// The rule that lowers the rate where validation stops improving; nil for none.
  var plateau: ReduceOnPlateau? { get }
}

extension Schedule {
  package static var looksAtEnd: Bool { false }
  package var plateau: ReduceOnPlateau? { nil }
}

/// The rate as it is.
package struct Constant: Schedule {
  package static let key = "constant"
  package static let meaning = "Always 1."
  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {}
  package func factor(atEpoch epoch: Double, of total: Double) -> Double { 1 }
}

/// From 0 linearly to the rate, which then stays. Source: Goyal et al., arXiv:1706.02677, 2.2.
package struct LinearWarmUp: Schedule {
  package static let key = "linearWarmUp"
  package static let meaning = "Linear from 0, then 1. Goyal et al., arXiv:1706.02677."
  let epochs: Double

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    epochs = try reader.number(
      "epochs", default: 1, above: 0, "Passes over the data that the rise takes.")
  }

  package func factor(atEpoch epoch: Double, of total: Double) -> Double { min(1, epoch / epochs) }
}

/// A linear rise, then half a cosine down to a fraction of the rate at the end of training.
/// Source: Loshchilov & Hutter, arXiv:1608.03983, eq. 5, without restarts.
package struct Cosine: Schedule {
  package static let key = "cosine"
  package static let meaning =
    "Linear rise, then half a cosine to the end of the training, its last step. Loshchilov & "
    + "Hutter, arXiv:1608.03983."
  package static let looksAtEnd = true
  let warmUpEpochs: Double
  let finalFactor: Double

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    warmUpEpochs = try reader.number(
      "warmUpEpochs", default: 0, in: 0...1e9, "Passes over the data that the rise takes.")
    finalFactor = try reader.number(
      "finalFactor", default: 0, in: 0...1, "The factor at the end.")
  }

  package func factor(atEpoch epoch: Double, of total: Double) -> Double {
    if epoch < warmUpEpochs { return epoch / warmUpEpochs }
    let progress = min(1, (epoch - warmUpEpochs) / max(total - warmUpEpochs, 1e-12))
    return finalFactor + (1 - finalFactor) * (1 + cos(.pi * progress)) / 2
  }
}

/// Multiplied by a factor after every so many epochs.
package struct StepDecay: Schedule {
  package static let key = "step"
  package static let meaning = "Multiplied after every so many epochs."
  let everyEpochs: Int
  let decay: Double

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    everyEpochs = try reader.integer(
      "everyEpochs", default: 10, in: 1...1_000_000,
      "Passes between two changes; an epoch's last step belongs to it.")
    decay = try reader.number(
      "factor", default: 0.1, in: 0...1, above: 0, "What the rate is multiplied by each time.")
  }

  package func factor(atEpoch epoch: Double, of total: Double) -> Double {
    // By multiplication, which gives the same bits everywhere; an epoch's last step belongs to it.
    let epochsDone = max(0, Int(epoch.rounded(.up)) - 1)
    return (0..<epochsDone / everyEpochs).reduce(1.0) { product, _ in product * decay }
  }
}

/// Multiplied by a factor whenever validation has not improved for some epochs; what it has come to
/// is part of the training's state.
package struct ReduceOnPlateau: Schedule {
  package static let key = "reduceOnPlateau"
  package static let meaning =
    "Multiplied whenever validation, or training where there is none, has not improved for "
    + "some epochs."
  let decay: Double
  let patience: Int
  let minimumImprovement: Double
  let lowestFactor: Double

  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    decay = try reader.number(
      "factor", default: 0.5, in: 0...1, above: 0, below: 1,
      "What the rate is multiplied by each time.")
    patience = try reader.integer(
      "patience", default: 5, in: 0...1_000_000,
      "More than so many epochs without an improvement lower the rate.")
    minimumImprovement = try reader.number(
      "minimumImprovement", default: 0, in: 0...1e12,
      "What counts as an improvement, in nats per example.")
    lowestFactor = try reader.number(
      "lowestFactor", default: 1e-4, in: 0...1, "The factor never falls below it.")
  }

  package func factor(atEpoch epoch: Double, of total: Double) -> Double { 1 }
  package var plateau: ReduceOnPlateau? { self }

  /// Takes note of an epoch's validation objective, in nats per example.
  package func observe(_ value: Double, in state: inout PlateauState) {
    if state.best.map({ value < $0 - minimumImprovement }) ?? true {
      state.best = value
      state.epochsWaited = 0
      return
    }
    state.epochsWaited += 1
    if state.epochsWaited > patience {
      state.factor = max(lowestFactor, state.factor * decay)
      state.epochsWaited = 0
    }
  }
}

/// What a plateau rule has seen.
public struct PlateauState: Sendable, Hashable, Codable {
  /// The factor that the rule has come to.
  public var factor = 1.0
  /// Epochs since the last improvement.
  public var epochsWaited = 0
  /// The lowest validation objective so far, nats per example.
  public var best: Double?

  /// A rule that has seen nothing.
  package init() {}
}

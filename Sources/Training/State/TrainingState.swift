public import Examples
internal import Foundation

/// What an epoch came to.
public struct EpochRecord: Sendable, Hashable, Codable {
  /// Number of the epoch, from 1.
  public var epoch: Int
  /// Optimiser steps so far.
  public var step: Int
  /// Means over the epoch's minibatches, while parameters changed.
  public var training: Metrics
  /// On the validation examples after the epoch; nil without such examples.
  public var validation: Metrics?
  /// Mean over steps of the gradient's norm before clipping.
  public var gradientNorm: Double
  /// Learning rate of the last step.
  public var learningRate: Double
  /// Training examples per second, validation and checkpoints left out.
  public var samplesPerSecond: Double
  /// Whether validation (or training, without it) was never better.
  public var isBest: Bool
  /// Steps so far that were left out because they were not finite; nil for none.
  public var skippedSteps: Int?
}

/// Why a training ended.
public enum StopReason: String, Sendable, Hashable, Codable {
  /// All epochs or steps were made.
  case completed
  /// Validation no longer improved.
  case stoppedEarly
  /// The caller asked for it; the training can go on later.
  case interrupted
}

/// Where a training stands: a value that, with parameters and the optimiser's state, continues to the same bits.
public struct TrainingState: Sendable, Hashable, Codable {
  /// The best epoch so far.
  public struct Best: Sendable, Hashable, Codable {
    /// Number of the epoch, from 1.
    public var epoch: Int
    /// Its objective on validation, or on training without it; nats per example.
    public var objective: Double
  }

  /// Epochs completed.
  public internal(set) var epoch = 0
  /// Examples of the current epoch that are done.
  public internal(set) var offset = 0
  /// Optimiser steps done.
  public internal(set) var step = 0
  /// Shards of a minibatch, fixed at the first start.
  public internal(set) var shards: Int
  /// How much of the examples was mixed at once, fixed at the first start; nil for all.
  public internal(set) var window: ShuffleWindow?
  /// Sums over the current epoch.
  public internal(set) var epochSums = MetricSums()
  /// Sums since the last report.
  public internal(set) var reportSums = MetricSums()
  /// The best epoch since the objective's warm-up ended; nil before.
  public internal(set) var best: Best?
  /// Epochs since the best one.
  public internal(set) var epochsSinceBest = 0
  /// What the plateau rules of the schedules have seen: that of `training.schedule`, then one for each of
  /// `training.groups`.
  public internal(set) var plateaus = [PlateauState()]
  /// Steps that the average of the parameters is over; nil where none is kept yet.
  public internal(set) var averagedSteps: Int?
  /// What became of steps that were not finite; nil where there were none.
  public internal(set) var nonFinite: NonFiniteCounts?
  /// Seconds spent in steps, over all sessions.
  public internal(set) var secondsInSteps = 0.0
  /// Seconds of the current epoch spent in steps.
  public internal(set) var epochSeconds = 0.0
  /// All epochs so far.
  public internal(set) var history: [EpochRecord] = []
  /// Why the training is over; nil while it can go on.
  public internal(set) var ended: StopReason?

  /// The start of a training.
  public init(shards: Int, window: ShuffleWindow? = nil) {
    (self.shards, self.window) = (shards, window)
  }

  /// The state as JSON; numbers come back to the same bits.
  public func json() -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let data = try? encoder.encode(self) else {
      preconditionFailure("a training state is always encodable")
    }
    return String(decoding: data, as: UTF8.self)
  }

  /// The state from JSON, with every value looked at.
  ///
  /// - Throws: `SnapshotError` where a field is missing, of another type, or what no training comes to.
  public init(json: String) throws(SnapshotError) {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      self = try decoder.decode(TrainingState.self, from: Data(json.utf8))
    } catch {
      throw SnapshotError.impossible(error)
    }
    try validate()
  }
}

internal import Configuration

/// What to do about a step that came to something infinite or to no number.
public enum NonFinitePolicy: Sendable, Hashable {
  /// End the training.
  case stop
  /// Leave the step out, at most `limit` in a row.
  case skip(limit: Int)
  /// Go back to a checkpoint and on from there at half the learning rate, at most `limit` times.
  case rollback(limit: Int)
}

extension NonFinitePolicy {
  /// The choices of `training.onNonFinite`.
  static var choices: [Alternative<NonFinitePolicy>] {
    [
      Alternative(
        "stop", "The training saves the state before the step and ends with exit code 20."
      ) { _ in .stop },
      Alternative("skip", "The step is left out.") { (reader) throws(ConfigurationError) in
        .skip(
          limit: try reader.integer(
            "limit", default: 10, in: 1...1_000_000, "More than so many in a row end the training."
          ))
      },
      Alternative(
        "rollback",
        "Back to a checkpoint and on at half the learning rate; never to a checkpoint of "
          + "`everyMinutes` or a signal, see [step](step.md#the-finite-check)."
      ) { (reader) throws(ConfigurationError) in
        .rollback(
          limit: try reader.integer(
            "limit", default: 3, in: 1...1000, "After so many times the training ends."))
      },
    ]
  }
}

/// What became of steps that were not finite; part of the training's state.
public struct NonFiniteCounts: Sendable, Hashable, Codable {
  /// Steps that were left out, over the whole training.
  public var skippedSteps = 0
  /// Of them, those since the last step that was applied.
  public var skippedInARow = 0
  /// How often the training went back to a checkpoint.
  public var rollbacks = 0
  /// The step that failed when the training last went back; nil where it never did.
  public var failedStep: Int?
  /// Steps that it then had behind it.
  public var returnStep: Int?
  /// What going back has left of the learning rate: ½ for each time.
  public var learningRateFactor = 1.0

  /// No such step yet.
  public init() {}
}

extension TrainingState {
  /// What became of such steps; of none where nothing is noted.
  public var nonFiniteCounts: NonFiniteCounts { nonFinite ?? NonFiniteCounts() }
}

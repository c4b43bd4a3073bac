public import Training

/// A checkpoint that was read, and what was wrong on the way to it.
public struct LoadedCheckpoint: Sendable {
  /// What it holds.
  public var checkpoint: Checkpoint
  /// Step, epoch and hash; made from the file where no manifest lists it.
  public var entry: CheckpointEntry
  /// The file.
  public var path: String
  /// Whether the bytes have the SHA-256 that was recorded when they were saved; otherwise only the
  /// file's own checksums vouch for it.
  public var isHashVerified: Bool
  /// What was passed over, newest first, and a manifest that could not be used.
  public var problems: [CheckpointProblem]
  /// The training as it stood.
  public var snapshot: TrainingSnapshot { checkpoint.snapshot }
}

/// A file that could not be used, and why.
public struct CheckpointProblem: Sendable, CustomStringConvertible {
  /// The file.
  public var path: String
  /// Why.
  public var error: CheckpointError

  /// One line.
  public var description: String { error.description }
}

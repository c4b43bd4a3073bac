public import Configuration
public import Training

/// What a checkpoint holds: a training as it stood, and what it was a training of.
public struct Checkpoint: Sendable, Hashable {
  /// The configuration with all defaults filled in.
  public var configuration: JSONNode
  /// What the bits depend on besides.
  public var environment: Environment
  /// The training.
  public var snapshot: TrainingSnapshot

  /// A checkpoint of these parts.
  public init(configuration: JSONNode, environment: Environment, snapshot: TrainingSnapshot) {
    (self.configuration, self.environment) = (configuration, environment)
    self.snapshot = snapshot
  }
}

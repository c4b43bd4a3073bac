internal import Configuration
package import Training

/// A checkpoint as its file holds it. Here alone what a training holds becomes text, and text becomes it again.
package struct StoredCheckpoint: Sendable, Hashable {
  /// What the attributes of the file say.
  package var label: CheckpointLabel
  /// The resolved configuration, JSON.
  package var configuration: String
  /// `TrainingState`, JSON.
  package var state: String
  /// `Environment`, JSON.
  package var environment: String
  /// Parameters and running statistics.
  package var parameters: [NamedArray]
  /// What is kept beside them.
  package var states: [StateArrays]

  /// A file's parts.
  package init(
    label: CheckpointLabel, configuration: String, state: String, environment: String,
    parameters: [NamedArray], states: [StateArrays]
  ) {
    self.label = label
    (self.configuration, self.state, self.environment) = (configuration, state, environment)
    (self.parameters, self.states) = (parameters, states)
  }

  /// What is written for a checkpoint.
  ///
  /// - Parameter isBest: whether it is the best by validation so far.
  package init(_ checkpoint: Checkpoint, isBest: Bool) {
    let snapshot = checkpoint.snapshot
    self.init(
      label: CheckpointLabel(
        step: snapshot.state.step, epoch: snapshot.state.epoch, isBest: isBest),
      configuration: checkpoint.configuration.text(), state: snapshot.state.json(),
      environment: checkpoint.environment.json(), parameters: snapshot.parameters,
      states: snapshot.states)
  }

  /// The checkpoint that was written, with every value of its texts looked at that can be without its model.
  ///
  /// - Throws: `.damaged`, naming the object in the file.
  package func checkpoint(file: String) throws(CheckpointError) -> Checkpoint {
    let resolved: JSONNode
    let state: TrainingState
    do throws(ConfigurationError) {
      resolved = try JSONNode.parse(configuration, file: nil)
    } catch {
      throw CheckpointError(error, file: file)
    }
    do throws(SnapshotError) {
      state = try TrainingState(json: self.state)
    } catch {
      throw CheckpointError(error, file: file)
    }
    guard let environment = Environment(json: self.environment), environment.isPlausible else {
      throw CheckpointError(
        .damaged, file, "/environment",
        expected: "versions, threads, the data's scale and fields", found: "something else")
    }
    for (key, attribute, value) in [
      ("step", label.step, state.step), ("epoch", label.epoch, state.epoch),
    ] where attribute != value {
      throw CheckpointError(
        .damaged, file, "/state \(key)", expected: "\(attribute), as the attribute \(key) says",
        found: "\(value)")
    }
    return Checkpoint(
      configuration: resolved, environment: environment,
      snapshot: TrainingSnapshot(state: state, parameters: parameters, states: states))
  }
}

internal import DataParallel
internal import Examples
public import Execution
public import GraphIR
internal import Optimizers

/// A snapshot that does not belong to the model it is restored into.
public struct SnapshotMismatch: Error, Sendable, Hashable, CustomStringConvertible {
  /// The array that is missing or of another shape.
  public var object: String
  /// What the model needs.
  public var expected: String
  /// What the snapshot holds.
  public var found: String
  /// One line: where, what, what to do.
  public var description: String {
    "\(object): expected \(expected), found \(found). Use the configuration that the checkpoint was "
      + "made with, or another output folder."
  }
}

extension Trainer {
  /// Everything needed to continue, as a value.
  public func snapshot(configuration text: String, environment: String) -> TrainingSnapshot {
    TrainingSnapshot(
      configuration: text, state: state.json(), environment: environment,
      parameters: engine.parameters.arrays(of: { _ in true }),
      states: zip(configuration.optimizer.stateNames, engine.states).map {
        (name: $0, arrays: $1.arrays(of: \.isTrained))
      } + (engine.average.map { [(TrainingSnapshot.average, $0.arrays(of: { _ in true }))] } ?? []))
  }

  /// Continues where a snapshot was taken.
  ///
  /// - Parameter best: the snapshot of the best epoch, which early stopping may return to.
  /// - Throws: `SnapshotMismatch` where the snapshot belongs to another model or optimiser,
  ///   `StateError` where its state is none. The trainer is not usable after an error.
  public func restore(_ snapshot: TrainingSnapshot, best: TrainingSnapshot?) throws {
    let restored = try TrainingState(json: snapshot.state)
    for (name, sums) in [("epochSums", restored.epochSums), ("reportSums", restored.reportSums)] {
      guard sums.sums.count == engine.metricCount else {
        throw SnapshotMismatch(
          object: "state.\(name)", expected: "\(engine.metricCount) sums",
          found: "\(sums.sums.count)")
      }
    }
    let hasSums = restored.epochSums.exampleCount > 0
    guard restored.offset < training.rows.count + (hasSums ? 1 : 0) else {
      throw StateError(
        "offset",
        expected: "fewer than the epoch's \(training.rows.count) examples, or all with their sums",
        found: "\(restored.offset) and sums over \(restored.epochSums.exampleCount)")
    }
    try engine.parameters.set(snapshot.parameters)
    for (name, memory) in zip(configuration.optimizer.stateNames, engine.states) {
      guard let arrays = snapshot.arrays(ofState: name) else {
        throw SnapshotMismatch(
          object: "optimizer/\(name)", expected: "the optimiser's state", found: "none")
      }
      try memory.set(arrays, of: \.isTrained)
    }
    state = restored
    // An average that was not kept so far begins here.
    try engine.average?.set(snapshot.weights)
    if configuration.average == nil || snapshot.arrays(ofState: TrainingSnapshot.average) == nil {
      state.averagedSteps = nil
    }
    // Limits may have been raised since.
    let isOver = restored.ended == .stoppedEarly ? shouldStopEarly : isComplete
    if !isOver { state.ended = nil }
    if let best, configuration.earlyStopping?.restoreBest == true {
      let memory = ParameterMemory(engine.parameters.table)
      try memory.set(best.weights)
      bestWeights = memory
    }
  }

  /// What the model is used with, by name and in the field's layouts: parameters and running statistics, or
  /// their averages where these are kept.
  public var parameters: [NamedArray] { weights.arrays(of: { _ in true }) }
}

extension ParameterMemory {
  /// Sets all numbers of the entries that satisfy a condition.
  func fill(_ value: Float, where condition: (ParameterDeclaration) -> Bool) {
    for (index, entry) in table.entries.enumerated() where condition(entry.declaration) {
      self[index] = [Float](repeating: value, count: entry.range.count)
    }
  }

  /// The entries that satisfy a condition, with their names and shapes.
  public func arrays(of condition: (ParameterDeclaration) -> Bool) -> [NamedArray] {
    table.entries.indices.filter { condition(table.entries[$0].declaration) }.map { index in
      let declaration = table.entries[index].declaration
      return NamedArray(
        name: declaration.name, shape: declaration.shape.extents, values: self[index])
    }
  }

  /// Takes over arrays by name.
  ///
  /// - Throws: `SnapshotMismatch` where an entry is missing or of another shape.
  public func set(
    _ arrays: [NamedArray], of condition: (ParameterDeclaration) -> Bool = { _ in true }
  ) throws(SnapshotMismatch) {
    let named = Dictionary(arrays.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (index, entry) in table.entries.enumerated() where condition(entry.declaration) {
      let (name, shape) = (entry.declaration.name, entry.declaration.shape)
      guard let array = named[name], array.shape == shape.extents else {
        throw SnapshotMismatch(
          object: name, expected: "\(shape)", found: named[name].map { "\($0.shape)" } ?? "nothing")
      }
      self[index] = array.values
    }
  }
}

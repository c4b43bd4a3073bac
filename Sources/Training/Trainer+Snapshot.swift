internal import DataParallel
internal import Examples
public import Execution
internal import GraphIR
internal import Models
internal import Optimizers

extension Trainer {
  /// Everything needed to continue, as a value.
  public func snapshot() -> TrainingSnapshot {
    let average = engine.average.map {
      StateArrays(name: TrainingSnapshot.average, arrays: $0.arrays())
    }
    return TrainingSnapshot(
      state: state, parameters: engine.parameters.arrays(),
      states: grouped.stateNames.map { StateArrays(name: $0, arrays: arrays(ofState: $0)) }
        + [average].compactMap(\.self))
  }

  /// One of the optimisers' states, of the parameters that have it.
  private func arrays(ofState name: String) -> [NamedArray] {
    engine.parameters.table.entries.indices.compactMap { index in
      grouped.state(name, of: index).map { engine.states[$0].array(index) }
    }
  }

  /// Whether a snapshot has all that this training's optimisers keep.
  package func findsStates(in snapshot: TrainingSnapshot) -> Bool {
    grouped.stateNames.allSatisfy { name in
      let found = Set((snapshot.arrays(ofState: name) ?? []).map(\.name))
      return model.parameters.indices.allSatisfy {
        grouped.state(name, of: $0) == nil || found.contains(model.parameters[$0].name)
      }
    }
  }

  /// Continues where a snapshot was taken.
  ///
  /// - Parameter best: the snapshot of the best epoch, which early stopping may return to.
  /// - Throws: `.otherModel` where the snapshot belongs to another model or optimiser, `.impossible` where its state is not
  ///   one of these examples. The trainer is not usable after an error.
  public func restore(_ snapshot: TrainingSnapshot, best: TrainingSnapshot?) throws {
    let restored = snapshot.state
    for (name, sums) in [("epochSums", restored.epochSums), ("reportSums", restored.reportSums)] {
      guard sums.sums.count == engine.metricCount else {
        throw SnapshotError.otherModel(
          "state.\(name)", expected: "\(engine.metricCount) sums",
          found: "\(sums.sums.count)")
      }
    }
    let hasSums = restored.epochSums.exampleCount > 0
    guard restored.offset < training.positions.count + (hasSums ? 1 : 0) else {
      throw SnapshotError.impossible(
        "offset",
        expected:
          "fewer than the epoch's \(training.positions.count) examples, or all with their sums",
        found: "\(restored.offset) and sums over \(restored.epochSums.exampleCount)")
    }
    try engine.parameters.set(snapshot.parameters)
    for name in grouped.stateNames {
      guard let arrays = snapshot.arrays(ofState: name) else {
        throw SnapshotError.otherModel(
          "optimizer/\(name)", expected: "the optimiser's state", found: "none")
      }
      for (position, memory) in engine.states.enumerated() {
        try memory.set(arrays) { grouped.state(name, of: $0) == position }
      }
    }
    guard restored.plateaus.count == state.plateaus.count else {
      throw SnapshotError.otherModel(
        "state.plateaus", expected: "one for each of \(state.plateaus.count) schedules",
        found: "\(restored.plateaus.count)")
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
  public var parameters: [NamedArray] { weights.arrays() }
}

extension ParameterMemory {
  /// An entry with its name and shape.
  func array(_ index: Int) -> NamedArray {
    let declaration = table.entries[index].declaration
    return NamedArray(
      name: declaration.name, shape: declaration.shape.extents, values: self[index])
  }

  /// All entries with their names and shapes.
  public func arrays() -> [NamedArray] { table.entries.indices.map(array) }

  /// Takes over arrays by name, for the entries that satisfy a condition.
  ///
  /// - Throws: `SnapshotError` where an entry is missing or of another shape.
  public func set(
    _ arrays: [NamedArray], where condition: (Int) -> Bool = { _ in true }
  ) throws(SnapshotError) {
    let named = Dictionary(arrays.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (index, entry) in table.entries.enumerated() where condition(index) {
      let (name, shape) = (entry.declaration.name, entry.declaration.shape)
      guard let array = named[name], array.shape == shape.extents else {
        throw SnapshotError.otherModel(
          name, expected: "\(shape)", found: named[name].map { "\($0.shape)" } ?? "nothing")
      }
      self[index] = array.values
    }
  }
}

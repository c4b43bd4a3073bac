internal import Checkpoints
internal import Configuration
internal import Examples
internal import Execution
internal import GraphIR
internal import Models
internal import Optimizers
internal import Training

/// What a checkpoint says, with every value of it looked at.
///
/// A file whose checksums are right may still have been made by hand. Ranges and relations of `/state`
/// are those of `TrainingState`, those of `/configuration` are its readers'; here stand the ones between
/// the parts. Nothing is allocated for the model before its arrays are known to be there.
struct CheckpointContent {
  /// `/configuration`, read.
  let configuration: RunConfiguration
  /// The model that it describes.
  let model: Model

  /// For a `CheckpointLoader`.
  static let check: ContentCheck = { (checkpoint, file) throws(CheckpointError) in
    _ = try CheckpointContent(checkpoint, file: file)
  }

  /// Reads a checkpoint's configuration and compares the rest with it.
  ///
  /// - Throws: `.damaged`, `.missingObject`, `.shapeMismatch` or `.notFinite`, naming the object in the
  ///   file.
  init(_ checkpoint: Checkpoint, file: String) throws(CheckpointError) {
    do throws(ConfigurationError) {
      configuration = try RunConfiguration(reading: checkpoint.configuration)
      model = try Model(
        reading: configuration.model, others: checkpoint.environment.fields ?? [])
      try configuration.training.checkGroups(for: model)
    } catch {
      throw CheckpointError(error, file: file)
    }
    let snapshot = checkpoint.snapshot
    try requireState(snapshot.state, file)
    try requireArrays(snapshot, file)
    try requireFinite(snapshot, file)
    try requireSigns(snapshot, file)
  }

  private func requireState(
    _ state: TrainingState, _ file: String
  ) throws(CheckpointError) {
    if let shards = configuration.training.shards, shards != state.shards {
      throw CheckpointError(
        .damaged, file, "/state shards", expected: "\(shards), as training.shards says",
        found: "\(state.shards)")
    }
    let schedules = configuration.training.groups.count
    guard state.plateaus.count == schedules else {
      throw CheckpointError(
        .damaged, file, "/state plateaus",
        expected: "\(schedules), one for training.schedule and each of training.groups",
        found: "\(state.plateaus.count)")
    }
    let count = model.metricCount
    for (key, sums) in [("epochSums", state.epochSums), ("reportSums", state.reportSums)]
    where sums.sums.count != count {
      throw CheckpointError(
        .damaged, file, "/state \(key).sums", expected: "\(count) sums, as the model has",
        found: "\(sums.sums.count)")
    }
  }

  /// The arrays are the model's and its optimiser's, no more and no fewer.
  private func requireArrays(
    _ snapshot: TrainingSnapshot, _ file: String
  ) throws(CheckpointError) {
    try Self.require(model.parameters, in: snapshot.parameters, file, "/parameters")
    let (training, average) = (configuration.training, TrainingSnapshot.average)
    let grouped = GroupedParameters(training, of: model)
    let names = grouped.stateNames + (training.average == nil ? [] : [average])
    guard snapshot.states.map(\.name).sorted() == names.sorted() else {
      throw CheckpointError(
        .damaged, file, "/optimizer", expected: "the states \(names)",
        found: "\(snapshot.states.map(\.name))")
    }
    for state in snapshot.states {
      let needed = model.parameters.indices.filter {
        state.name == average || grouped.state(state.name, of: $0) != nil
      }
      try Self.require(
        needed.map { model.parameters[$0] }, in: state.arrays, file,
        "/optimizer/\(state.name)")
    }
  }

  private static func require(
    _ declarations: [ParameterDeclaration], in arrays: [NamedArray], _ file: String, _ group: String
  ) throws(CheckpointError) {
    let shapes = Dictionary(arrays.map { ($0.name, $0.shape) }, uniquingKeysWith: { $1 })
    for declaration in declarations {
      let shape = shapes[declaration.name]
      guard shape != declaration.shape.extents else { continue }
      throw CheckpointError(
        shape == nil ? .missingObject : .shapeMismatch, file, "\(group)/\(declaration.name)",
        expected: "\(declaration.shape), as the model has",
        found: shape.map { "\($0)" } ?? "nothing")
    }
    guard arrays.count != declarations.count else { return }
    let names = Set(declarations.map(\.name))
    let other = arrays.first { !names.contains($0.name) }?.name ?? ""
    throw CheckpointError(
      .damaged, file, "\(group)/\(other)", expected: "nothing, as the model has it not",
      found: "an array"
    )
  }

  /// What is a mean of squares is not negative.
  private func requireSigns(
    _ snapshot: TrainingSnapshot, _ file: String
  ) throws(CheckpointError) {
    let isVariance = { (array: NamedArray) in array.name.hasSuffix(".running_var") }
    let grouped = GroupedParameters(configuration.training, of: model)
    let indices = Dictionary(
      uniqueKeysWithValues: model.parameters.enumerated().map { ($1.name, $0) })
    let groups =
      [("parameters", snapshot.parameters.filter(isVariance))]
      + snapshot.states.map { state in
        let isAverage = state.name == TrainingSnapshot.average
        let arrays = state.arrays.filter { array in
          isAverage
            ? isVariance(array)
            : indices[array.name].map { grouped.isNonNegative(state.name, of: $0) } ?? false
        }
        return ("optimizer/\(state.name)", arrays)
      }
    for (group, arrays) in groups {
      for array in arrays {
        guard let place = array.values.firstIndex(where: { $0 < 0 }) else { continue }
        throw CheckpointError(
          .damaged, file, "/\(group)/\(array.name)", expected: "means of squares",
          found: "\(array.values[place]) at position \(place)")
      }
    }
  }
}

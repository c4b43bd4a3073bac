internal import Checkpoints
internal import Configuration
internal import Examples
internal import Execution
internal import GraphIR
internal import Models
internal import Optimizers
internal import Training

/// What a checkpoint says, with every value of it looked at: the one place where that is done.
///
/// A file whose checksums are right may still have been made by hand. Ranges and relations of `/state`
/// are those of `TrainingState`, those of `/configuration` are its readers'; here stand the ones between
/// the parts. Nothing is allocated for the model before its arrays are known to be there.
struct CheckpointContent {
  /// `/configuration`.
  let resolved: JSONNode
  /// `/configuration`, read.
  let configuration: RunConfiguration
  /// The model that it describes.
  let model: Model
  /// `/state`.
  let state: TrainingState
  /// `/environment`.
  let environment: Environment

  /// For a `CheckpointLoader`.
  static let check: ContentCheck = { (snapshot, label, file) throws(CheckpointError) in
    let content = try CheckpointContent(snapshot, file: file)
    try content.requireLabel(label, file)
  }

  /// The parts of a snapshot.
  ///
  /// - Throws: `.damaged`, `.missingObject`, `.shapeMismatch` or `.notFinite`, naming the object in the
  ///   file.
  init(_ snapshot: TrainingSnapshot, file: String) throws(CheckpointError) {
    guard let environment = Environment(json: snapshot.environment), environment.isPlausible else {
      throw CheckpointError(
        .damaged, "\(file): /environment",
        expected: "versions, threads, the data's scale and fields", found: "something else")
    }
    self.environment = environment
    do throws(ConfigurationError) {
      resolved = try JSONNode.parse(snapshot.configuration, file: nil)
      configuration = try RunConfiguration(reading: resolved)
      model = try Model(
        reading: configuration.model,
        fields: try Model.fields(
          reading: configuration.model, others: environment.fields ?? []))
      try configuration.training.checkGroups(for: model)
    } catch {
      throw CheckpointError(
        .damaged, "\(file): /configuration", expected: "a configuration of this version",
        found: "\(error)", cause: error)
    }
    do throws(StateError) {
      state = try TrainingState(json: snapshot.state)
    } catch {
      throw CheckpointError(error, file: file)
    }
    try requireState(file)
    try requireArrays(snapshot, file)
    try requireFinite(snapshot, file)
    try requireSigns(snapshot, file)
  }

  /// The attributes of the file say what its state says.
  private func requireLabel(_ label: CheckpointLabel, _ file: String) throws(CheckpointError) {
    for (key, attribute, value) in [
      ("step", label.step, state.step), ("epoch", label.epoch, state.epoch),
    ] where attribute != value {
      throw CheckpointError(
        .damaged, "\(file): /state \(key)", expected: "\(attribute), as the attribute \(key) says",
        found: "\(value)")
    }
  }

  private func requireState(_ file: String) throws(CheckpointError) {
    if let shards = configuration.training.shards, shards != state.shards {
      throw CheckpointError(
        .damaged, "\(file): /state shards", expected: "\(shards), as training.shards says",
        found: "\(state.shards)")
    }
    let groups = configuration.training.groups.count - 1
    guard state.groupPlateaus.count == groups else {
      throw CheckpointError(
        .damaged, "\(file): /state groupPlateaus", expected: "\(groups), as training.groups has",
        found: "\(state.groupPlateaus.count)")
    }
    let count = model.metricCount
    for (key, sums) in [("epochSums", state.epochSums), ("reportSums", state.reportSums)]
    where sums.sums.count != count {
      throw CheckpointError(
        .damaged, "\(file): /state \(key).sums", expected: "\(count) sums, as the model has",
        found: "\(sums.sums.count)")
    }
  }

  /// The arrays are the model's and its optimiser's, no more and no fewer.
  private func requireArrays(
    _ snapshot: TrainingSnapshot, _ file: String
  ) throws(CheckpointError) {
    try Self.require(model.parameters, in: snapshot.parameters, "\(file): /parameters")
    let (training, average) = (configuration.training, TrainingSnapshot.average)
    let grouped = GroupedParameters(training, of: model)
    let names = grouped.stateNames + (training.average == nil ? [] : [average])
    guard snapshot.states.map(\.name).sorted() == names.sorted() else {
      throw CheckpointError(
        .damaged, "\(file): /optimizer", expected: "the states \(names)",
        found: "\(snapshot.states.map(\.name))")
    }
    for state in snapshot.states {
      let needed = model.parameters.indices.filter {
        state.name == average || grouped.state(state.name, of: $0) != nil
      }
      try Self.require(
        needed.map { model.parameters[$0] }, in: state.arrays,
        "\(file): /optimizer/\(state.name)")
    }
  }

  private static func require(
    _ declarations: [ParameterDeclaration], in arrays: [NamedArray], _ group: String
  ) throws(CheckpointError) {
    let shapes = Dictionary(arrays.map { ($0.name, $0.shape) }, uniquingKeysWith: { $1 })
    for declaration in declarations {
      let shape = shapes[declaration.name]
      guard shape != declaration.shape.extents else { continue }
      throw CheckpointError(
        shape == nil ? .missingObject : .shapeMismatch, "\(group)/\(declaration.name)",
        expected: "\(declaration.shape), as the model has",
        found: shape.map { "\($0)" } ?? "nothing")
    }
    guard arrays.count != declarations.count else { return }
    let names = Set(declarations.map(\.name))
    let other = arrays.first { !names.contains($0.name) }?.name ?? ""
    throw CheckpointError(
      .damaged, "\(group)/\(other)", expected: "nothing, as the model has it not", found: "an array"
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
          .damaged, "\(file): /\(group)/\(array.name)", expected: "means of squares",
          found: "\(array.values[place]) at position \(place)")
      }
    }
  }
}

extension CheckpointError {
  /// A value in a checkpoint that no training saves.
  fileprivate init(
    _ code: Code, _ object: String, expected: String, found: String, cause: (any Error)? = nil
  ) {
    self.init(
      code: code, object: object, expected: expected, found: found,
      remedy: "Use another checkpoint.", cause: cause)
  }

  /// A value in `/state` of a file that no training saves.
  init(_ error: StateError, file: String) {
    let key = error.key.isEmpty ? "" : " \(error.key)"
    self.init(
      .damaged, "\(file): /state\(key)", expected: error.expected, found: error.found, cause: error)
  }
}

extension Environment {
  /// Whether its numbers are some that a run has.
  fileprivate var isPlausible: Bool {
    dataScale.isFinite && dataScale > 0 && (1...1_000_000).contains(cores)
      && (1...1_000_000).contains(threads) && (fields ?? []).allSatisfy(\.isPlausible)
      && Set((fields ?? []).map(\.name)).count == fields?.count ?? 0
  }
}

extension Field {
  /// Whether a reader gives such a field.
  fileprivate var isPlausible: Bool {
    let size = shape.reduce(1.0) { $0 * Double($1) }
    return name != Field.data && !name.isEmpty && (1...3).contains(shape.count)
      && shape.allSatisfy { $0 > 0 } && size < 0x1p31
      && (classes.map { shape == [$0.count] } ?? true)
  }
}

internal import Configuration
internal import Examples
internal import Files
public import Models
internal import Training

/// What a training begins with, before its folder is touched.
public struct Preflight {
  /// The configuration, with what its data turned out to be.
  public let configuration: RunConfiguration
  /// The examples.
  public let data: RunData
  /// The model.
  public let model: Model
  /// The run's folder.
  let folder: String
  /// Where the data file was found.
  let place: DataPlace
}

extension RunConfiguration {
  /// Reads the data, makes the model and checks that one can be trained on the other here: all that has to be so before
  /// a run folder is touched.
  ///
  /// - Parameters:
  ///   - output: the folder; `runs/<name>` where nil.
  ///   - resume: whether the training goes on there; then its data may lie where it began.
  ///   - observe: told of what takes time.
  /// - Throws: `ConfigurationError`, `DatasetError`, `HDF5Error`.
  public func preflight(
    output: String? = nil, resume: Resume = .never, observe: (RunEvent) -> Void = { _ in }
  ) throws -> Preflight {
    try training.checkPrecision()
    let folder = output ?? "runs/\(name)"
    var configuration = taking(dataOf: resume.run(in: folder))
    // What is wrong with the model shows before the data are read; what further fields are like, only these tell.
    if configuration.data.fields.isEmpty, configuration.data.sought.isEmpty {
      _ = try Model(reading: self.model)
    }
    let place = DataPlace.training(data.file, run: folder, isResumed: resume != .never)
    var found = configuration.data
    found.file = place.path
    let examples = try RunData(found, seed: training.seed) { observe(.preparing($0, $1)) }
    if let choice = examples.choice { observe(.looked(choice.description(in: place.path))) }
    configuration.data = examples.configuration
    configuration.data.file = data.file
    let model = try Model(reading: self.model, fields: examples.fields)
    try requireOwnNames(of: examples.fields, beside: model)
    try training.checkGroups(for: model)
    try training.checkMinibatches(for: model, examples: examples.training.positions.count)
    try requireMemory(for: model, training)
    return Preflight(
      configuration: configuration, data: examples, model: model, folder: folder, place: place)
  }

  /// Throws where a field has the name of a scalar, which is an input of the same graphs.
  private func requireOwnNames(of fields: [Field], beside model: Model) throws(ConfigurationError) {
    guard let field = fields.first(where: { model.scalarNames.contains($0.name) }) else { return }
    throw ConfigurationError(
      code: .invalid, file: nil, line: nil, path: "data.fields.\(field.name)",
      message: "expected a name that no number of the objective has, found \"\(field.name)\"",
      remedy: "Call the field otherwise.")
  }

  /// The model, of examples as the data are; these are opened where they have fields beside `x`.
  ///
  /// - Throws: `ConfigurationError`; `DatasetError` or `HDF5Error` for what is wrong with the data.
  public func describedModel() throws -> Model {
    if data.fields.isEmpty {
      let isKnown = data.sought.isEmpty || isMissing(data.file)
      let alone = Result { try Model(reading: model) }
      if isKnown || (try? alone.get()) != nil { return try alone.get() }
    }
    let others = try RunData(data, seed: training.seed).fields.filter { $0.name != Field.data }
    return try Model(reading: model, others: others)
  }
}

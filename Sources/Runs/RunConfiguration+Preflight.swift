internal import Configuration
internal import Examples
public import Models
internal import Training

extension RunConfiguration {
  /// Reads the data, makes the model and checks that one can be trained on the other here: all that has to be so before
  /// a run folder is touched. A dry run is this and no more.
  ///
  /// - Parameters:
  ///   - file: where the data file is; where the configuration says, if nil.
  ///   - observe: told of what takes time.
  /// - Throws: `ConfigurationError`, `DatasetError`, `HDF5Error`.
  public func preflight(
    file: String? = nil, observe: (RunEvent) -> Void
  ) throws -> (data: RunData, model: Model) {
    try training.checkPrecision()
    // What is wrong with the model shows before the data are read; what further fields are like, only these tell.
    if self.data.fields.isEmpty {
      _ = try Model(reading: self.model, fields: try Model.fields(reading: self.model))
    }
    var found = self.data
    if let file { found.file = file }
    let data = try RunData(found, seed: training.seed) { observe(.preparing($0, $1)) }
    let model = try Model(reading: self.model, fields: data.fields)
    try requireOwnNames(of: data.fields, beside: model)
    try training.checkGroups(for: model)
    try training.checkMinibatches(for: model, examples: data.training.positions.count)
    try requireMemory(for: model, training)
    return (data, model)
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
    var others: [Field] = []
    if !data.fields.isEmpty {
      others = try RunData(data, seed: training.seed).fields.filter { $0.name != Field.data }
    }
    return try Model(
      reading: model, fields: try Model.fields(reading: model, others: others))
  }
}

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
    // What is wrong with the model shows before the data are read.
    let shape = try Model.exampleShape(reading: self.model)
    _ = try Model(reading: self.model, exampleShape: shape)
    var found = self.data
    if let file { found.file = file }
    let data = try RunData(found, seed: training.seed) { observe(.preparing($0, $1)) }
    let model = try Model(reading: self.model, exampleShape: data.exampleShape)
    try training.checkGroups(for: model)
    try training.checkMinibatches(for: model, examples: data.training.positions.count)
    try requireMemory(for: model, training)
    return (data, model)
  }
}

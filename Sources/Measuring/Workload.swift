internal import Examples
public import Models
public import Training

/// What measurements train: a model and how it is trained, on made-up examples in memory.
public struct Workload: Sendable {
  /// What it is called.
  public var name: String
  /// The model.
  public var model: Model
  /// How it is trained.
  public var training: TrainingConfiguration
  /// The examples; nil for uniform numbers.
  public var rows: SyntheticRows?

  /// A workload.
  public init(
    name: String, model: Model, training: TrainingConfiguration, rows: SyntheticRows? = nil
  ) {
    (self.name, self.model, self.training, self.rows) = (name, model, training, rows)
  }

  /// Some minibatches of examples, with the fields that the model reads.
  func examples() -> ExampleSet {
    let (shape, batch) = (model.exampleShape, training.batchSize)
    let data =
      rows?.examples(shape: shape, batch: batch) ?? uniformExamples(shape: shape, batch: batch)
    var fields: [(name: String, source: any FieldSource)] = [(Field.data, data)]
    for field in model.fields
    where field.name != Field.data && model.fieldNames.contains(field.name) {
      fields.append((field.name, syntheticField(field, count: data.exampleCount)))
    }
    return ExampleSet(ExampleSource(fields))
  }
}

import Configuration
import DataParallel
import EngineTestSupport
import Examples
import Models
import Training

/// A small model, how it is trained, and examples for it.
struct TrainingSample: Sendable, CustomStringConvertible {
  let description: String
  let model: Model
  let configuration: TrainingConfiguration
  let source: ExampleSource
  /// Training examples; the rest is for validation.
  var trainingCount = 22
  var validationCount = 9

  init(
    _ name: String, exampleShape: [Int] = [12], model json: String, training: String,
    isSparse: Bool = false, objectives: [Alternative<any Objective>]? = nil,
    value: (_ row: Int, _ element: Int) -> Float = TrainingSample.pattern
  ) {
    description = name
    do {
      let node = try JSONNode.parse(json, file: name)
      let fields = [
        Field(name: Field.data, shape: exampleShape),
        Field(name: Field.label, shape: [3], classes: ["a", "b", "c"]),
      ]
      model =
        if let objectives {
          try Model(reading: node, fields: fields, objectives: objectives)
        } else {
          try Model(reading: node, fields: fields)
        }
      configuration = try TrainingConfiguration(reading: JSONNode.parse(training, file: name))
    } catch { preconditionFailure("\(error)") }
    let size = exampleShape.reduce(1, *)
    let values = (0..<31 * size).map { value($0 / size, $0 % size) }
    let data: any FieldSource =
      isSparse
      ? CSRExamples(zeros: values, columnCount: size) : DenseExamples(values, shape: exampleShape)
    let labels = ClassExamples((0..<31).map { $0 % 3 }, names: ["a", "b", "c"])
    source = ExampleSource([(Field.data, data), (Field.label, labels)])
  }

  /// Between 0 and 1, different for every element and row.
  static func pattern(_ row: Int, _ element: Int) -> Float {
    Float((row * 7919 + element * (row % 13 + 1) * 31) % 97) / 96
  }

  /// The training at its beginning.
  func trainer(shards: Int = 2, threads: Int) -> Trainer {
    let rows = (0..<UInt32(trainingCount + validationCount)).map { $0 }
    do {
      return try Trainer(
        model: model, configuration: configuration, shards: shards, threads: threads,
        training: ExampleSet(source, positions: Array(rows.prefix(trainingCount))),
        validation: ExampleSet(source, positions: Array(rows.suffix(validationCount))))
    } catch { preconditionFailure("\(error)") }
  }

  /// An autoencoder without noise, whose layers are as given.
  static func autoencoder(
    _ training: String, value: (_ row: Int, _ element: Int) -> Float = pattern
  ) -> TrainingSample {
    TrainingSample(
      "autoencoder",
      model: """
        { "encoder": [{ "dense": { "units": 7 } }, "tanh"],
          "posterior": { "deterministic": { "latent": 3 } },
          "decoder": [{ "dense": { "units": 12 } }],
          "likelihood": "squaredError", "objective": { "elbo": { "warmUpEpochs": 3 } } }
        """, training: training, value: value)
  }
}

/// A `model` section with two dense layers each way and three latents.
func perceptron(
  units: Int = 9, dropout: Double = 0.25,
  posterior: String = "{ \"gaussian\": { \"latent\": 3 } }", objective: String = "\"elbo\""
) -> String {
  """
  { "encoder": [
      { "dense": { "units": \(units) } }, "relu", { "dropout": { "probability": \(dropout) } }],
    "posterior": \(posterior),
    "decoder": [{ "dense": { "units": 8 } }, "tanh", { "dense": { "units": 12 } }],
    "likelihood": "bernoulli", "objective": \(objective) }
  """
}

extension Trainer {
  /// Trains to the end.
  @discardableResult
  func run() throws -> StopReason {
    try run(afterStep: { _, _ in .proceed }, afterEpoch: { _, _ in .proceed })
  }
}

/// Bits of arrays, by name: what differs is then found in a test's message.
func bits(_ arrays: [NamedArray]) -> [String: [UInt32]] {
  Dictionary(uniqueKeysWithValues: arrays.map { ($0.name, $0.values.map(\.bitPattern)) })
}

/// JSON of a state or report without what depends on the clock.
func timeless(_ json: String) -> String {
  json.replacing(/"(secondsInSteps|epochSeconds|samplesPerSecond)":[^,}]*/) { "\"\($0.1)\":0" }
}

import Configuration
import DataParallel
import Diagnosis
import EngineTestSupport
import Examples
import Execution
import GraphIR
import GraphPasses
import Models
import Optimizers

/// A step that comes to something that is not finite, by one cause of each kind.
struct NonFiniteSample: Sendable, CustomStringConvertible {
  let description: String
  let kind: NonFiniteStep.Kind
  let place: String
  let shard: Int?
  var example: UInt32?
  private let model: String
  private let value: @Sendable (_ row: Int, _ element: Int) -> Float
  /// Values that parameters begin with, by name, instead of their own.
  private var starts: [String: Float] = [:]
  var update = UpdateRule.sgd(rate: 1e-3, momentum: 0.9, nesterov: false)

  /// Autoencoders of one linear layer each way, four features, one latent.
  private static func autoencoder(_ encoder: String = "") -> String {
    """
    { "encoder": [\(encoder)], "posterior": { "deterministic": { "latent": 1 } },
      "decoder": [{ "dense": { "units": 4 } }], "likelihood": "squaredError" }
    """
  }

  static let all = [
    NonFiniteSample(
      description: "no number in the data", kind: .objective, place: "input x", shard: 1,
      example: 6, model: autoencoder(), value: { $0 == 6 && $1 == 2 ? .nan : 0.5 }),
    NonFiniteSample(
      description: "a square that overflows", kind: .objective,
      place: "loss/reconstruction: square", shard: 0, example: 1, model: autoencoder(),
      value: { row, _ in row == 1 ? 1e25 : 0.5 }),
    // z = 3·10³⁸ and y = 3: the weight's gradient is the sum over rows of about 2·z.
    NonFiniteSample(
      description: "a gradient that overflows under a finite objective", kind: .gradient,
      place: "decoder.dense1: gradient of weight", shard: 0, model: autoencoder(),
      value: { _, element in element == 0 ? 1 : 0 },
      starts: ["posterior.mean.weight": 3e38, "decoder.dense1.weight": 1e-38]),
    // One row of each shard has z = 10³⁸ and y − x of 2 or 3: each shard's gradient is finite.
    NonFiniteSample(
      description: "gradients whose sum overflows", kind: .gradient,
      place: "the sum over shards for decoder.dense1.weight", shard: nil, model: autoencoder(),
      value: { row, element in row % 4 == 0 && element == 0 ? 1 : 0 },
      starts: [
        "posterior.mean.weight": 1e38, "posterior.mean.bias": 0,
        "decoder.dense1.weight": 3e-38, "decoder.dense1.bias": 0,
      ]),
    // Four rows of ±6.1·10¹⁸: 4 · 5·10³⁷ in each shard.
    NonFiniteSample(
      description: "running variances whose sum overflows", kind: .statistic,
      place: "the sum over shards for encoder.batchNorm1.running_var", shard: nil,
      model: autoencoder(#""batchNorm""#),
      value: { row, element in element == 0 ? (row % 2 == 0 ? 6.1e18 : -6.1e18) : 0.5 }),
    NonFiniteSample(
      description: "a parameter that the update makes overflow", kind: .parameter,
      place: "posterior.mean.weight", shard: nil, model: autoencoder(),
      value: { row, element in Float(row + element) },
      update: .sgd(
        rate: 1e38, momentum: 0.9, nesterov: false)),
    NonFiniteSample(
      description: "a second moment that overflows", kind: .parameter,
      place: "posterior.mean.weight", shard: nil, model: autoencoder(),
      value: { _, element in element == 0 ? 1e10 : 0 }, starts: ["decoder.dense1.weight": 1e3],
      update: .adam(rate: 1e-3, beta1: 0.9, beta2: 0.9, epsilon: 1e-8, decay: 0, count: 1)),
  ]

  /// An engine at the start, and eight examples in two shards.
  func engine(threads: Int) throws -> (StepEngine, ExampleSource) {
    let model = try Model(reading: JSONNode.parse(model, file: "a.json"), exampleShape: [4])
    let table = ParameterTable(model.parameters)
    let family = PlanFamily(table: table, fieldNames: ["x"], scalarNames: model.scalarNames) {
      model.trainingGraph(rows: $0).differentiated(of: .metric("objective"))
    }
    let engine = StepEngine(
      family, parameters: ParameterMemory(table, seed: 1), stateCount: update.stateCount,
      batchSize: 8, shardCount: 2, threadCount: threads)
    for (index, entry) in table.entries.enumerated() {
      if let start = starts[entry.declaration.name] {
        engine.parameters[index] = [Float](repeating: start, count: entry.range.count)
      }
    }
    let values = (0..<32).map { value($0 / 4, $0 % 4) }
    return (engine, ExampleSource(DenseExamples(values, shape: [4])))
  }

  /// A step on the eight examples.
  func step(_ engine: StepEngine, _ source: ExampleSource) throws -> StepOutcome {
    try engine.step(
      Array(0..<8), 0..<8, from: source, scalars: [1], noise: (7, 1), update: update,
      penalty: WeightPenalty(), clipNorm: nil)
  }
}

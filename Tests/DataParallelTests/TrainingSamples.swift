import Configuration
import DataParallel
import EngineTestSupport
import Examples
import Execution
import GraphIR
import Models
import Optimizers
import Training

/// A small model, its data and its training graph.
struct TrainingSample: Sendable, CustomStringConvertible {
  let description: String
  let model: Model
  let source: ExampleSource

  /// Two dense layers each way, a Gaussian posterior.
  static let dense = TrainingSample(
    "dense", exampleShape: [18],
    """
    { "encoder": [{ "dense": { "units": 17 } }, "relu", { "dense": { "units": 9 } }, "tanh"],
      "posterior": { "gaussian": { "latent": 3 } },
      "decoder": [{ "dense": { "units": 11 } }, "relu", { "dense": { "units": 18 } }],
      "likelihood": "bernoulli" }
    """)

  /// Convolutions with batch normalisation and dropout.
  static let convolution = TrainingSample(
    "convolution", exampleShape: [8, 8, 1],
    """
    { "encoder": [
        { "conv": { "channels": 6, "kernel": 4, "stride": 2, "padding": 1 } }, "batchNorm", "relu",
        { "dropout": { "probability": 0.25 } }, "flatten", { "dense": { "units": 13 } }, "relu"],
      "posterior": { "gaussian": { "latent": 3 } },
      "decoder": [
        { "dense": { "units": 96 } }, "relu",
        { "reshape": { "channels": 6, "height": 4, "width": 4 } }, "batchNorm",
        { "convTranspose": { "channels": 1, "kernel": 4, "stride": 2, "padding": 1 } }],
      "likelihood": "bernoulli" }
    """)

  /// Free bits over the minibatch; some latents lie below, some above.
  static let freeBits = TrainingSample(
    "freeBits", exampleShape: [18], freeBits("minibatch"))

  /// Free bits over each shard.
  static let shardwiseFreeBits = TrainingSample(
    "shardwise free bits", exampleShape: [18], freeBits("shard"))

  private static func freeBits(_ scope: String) -> String {
    """
    { "encoder": [{ "dense": { "units": 17 } }, "tanh"],
      "posterior": { "gaussian": { "latent": 5 } },
      "decoder": [{ "dense": { "units": 18 } }],
      "likelihood": "bernoulli",
      "objective": { "elbo": { "freeBits": 0.024, "over": "\(scope)" } } }
    """
  }

  /// Learnt inputs, several latents, a field beside the data, pairs of examples, a discriminator.
  static let kinds = [
    kind("vamp", "\(gaussian), \"prior\": { \"vamp\": { \"components\": 7 } }"),
    kind(
      "ladder",
      """
      "latents": [
        { "name": "top", "posterior": { "gaussian": { "latent": 2 } } },
        { "name": "bottom", "posterior": { "ladder": { "latent": 3 } },
          "prior": { "conditional": { "layers": [{ "dense": { "units": 5 } }, "relu"] } } }]
      """),
    kind("conditional", gaussian, condition: "\"condition\","),
    kind("tcvae", "\(gaussian), \"objective\": { \"tcvae\": { \"estimator\": \"stratified\" } }"),
    kind(
      "factor", "\(gaussian), \"objective\": { \"factor\": { \"units\": 6, \"hiddenLayers\": 2 } }"),
  ]

  private static let gaussian = "\"posterior\": { \"gaussian\": { \"latent\": 3 } }"

  private static func kind(
    _ name: String, _ choices: String, condition: String = ""
  ) -> TrainingSample {
    TrainingSample(
      name, exampleShape: [18],
      """
      { "encoder": [\(condition) { "dense": { "units": 9 } }, "batchNorm", "relu",
          { "dropout": { "probability": 0.2 } }],
        "decoder": [\(condition) { "dense": { "units": 18 } }], "likelihood": "bernoulli", \(choices) }
      """)
  }

  /// Batch normalisation over each shard.
  static let shardwise = TrainingSample(
    "shardwise batchNorm", exampleShape: [18],
    """
    { "encoder": [{ "dense": { "units": 17 } }, { "batchNorm": { "over": "shard" } }, "tanh"],
      "posterior": { "gaussian": { "latent": 3 } },
      "decoder": [{ "dense": { "units": 18 } }], "likelihood": "bernoulli" }
    """)

  /// A dense layer on counts, of which one in nine is no zero; some rows are empty.
  static let sparse = TrainingSample("sparse", exampleShape: [45], clicks) {
    CSRExamples(zeros: $0, columnCount: 45)
  }

  /// The same model and examples as `sparse`, held dense.
  static let full = TrainingSample("full", exampleShape: [45], clicks) {
    DenseExamples($0, shape: [45])
  }

  private static let clicks = """
    { "encoder": [{ "dense": { "units": 37 } }, "relu"],
      "posterior": { "gaussian": { "latent": 3 } },
      "decoder": [{ "dense": { "units": 37 } }, "tanh", { "dense": { "units": 45 } }],
      "likelihood": "multinomial" }
    """

  private init(
    _ name: String, exampleShape: [Int], _ json: String, counts: ([Float]) -> any FieldSource
  ) {
    description = name
    do {
      model = try Model(reading: JSONNode.parse(json, file: name), exampleShape: exampleShape)
    } catch { preconditionFailure("\(error)") }
    let size = exampleShape.reduce(1, *)
    source = ExampleSource(
      counts(
        (0..<100 * size).map { index -> Float in
          let (row, element) = (index / size, index % size)
          let isPresent = row % 10 != 4 && (row * 31 + element * 7) % 9 == 0
          return isPresent ? Float((row + element) % 4 + 1) : 0
        }))
  }

  private init(_ name: String, exampleShape: [Int], _ json: String) {
    description = name
    let classes = ["a", "b", "c"]
    do {
      model = try Model(
        reading: JSONNode.parse(json, file: name),
        fields: [
          Field(name: Field.data, shape: exampleShape),
          Field(name: Field.label, shape: [3], classes: classes),
        ])
    } catch { preconditionFailure("\(error)") }
    let size = exampleShape.reduce(1, *)
    // Smooth, and different for every element and row.
    let values = (0..<100 * size).map { index -> Float in
      let (row, element) = (index / size, index % size)
      return Float((row * 7919 + element * (row % 13 + 1) * 31) % 97) / 96
    }
    let data = ExampleSource(DenseExamples(values, shape: exampleShape))
    let labels = ClassExamples((0..<100).map { $0 % 3 }, names: classes)
    source =
      model.fieldNames.contains(Field.label)
      ? data.adding(ExampleSource([(Field.label, labels)])) : data
  }

  /// Plans of the objective's turn; as small as the layers are, gradients of dense weights are made over whole
  /// minibatches unless `smallestDeferred` says otherwise.
  func family(smallestDeferred: Int = 0) -> PlanFamily {
    PlanFamily(
      table: ParameterTable(model.parameters), fieldNames: model.fieldNames,
      scalarNames: model.scalarNames, sparsity: source.sparsity,
      smallestDeferred: smallestDeferred, seesMinibatch: true, seesPlace: model.seesPlace
    ) { [model] in model.gradientGraph(rows: $0.rows, of: $0.minibatch, at: $0.place) }
  }

  /// An engine of all the model's players, at the parameters of seed 1; gradients as in `family`.
  func engine(
    batchSize: Int, shards: Int, threads: Int, stateCount: Int = 2,
    isAveraged: Bool = false, precision: Precision = .float32, smallestDeferred: Int = 0
  ) -> StepEngine {
    StepEngine(
      model.players(on: source, precision: precision, smallestDeferred: smallestDeferred),
      parameters: ParameterMemory(ParameterTable(model.parameters), seed: 1),
      stateCount: stateCount, isAveraged: isAveraged, batchSize: batchSize, shardCount: shards,
      threadCount: threads)
  }

  /// Value of the scalars of the objective.
  var scalars: [Float] { model.scalars(at: Moment(epoch: 1, exampleCount: 64)).map { Float($0) } }
}

extension StepEngine {
  /// A step with Adam on `order[range]`.
  func adam(
    _ sample: TrainingSample, _ order: [UInt32], _ range: Range<Int>, count: Int,
    clipNorm: Double? = nil
  ) throws -> StepOutcome {
    try step(
      order, range, from: sample.source, scalars: sample.scalars, noise: (7, UInt32(count)),
      update: .adam(rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.1, count: count),
      penalty: WeightPenalty(l1: 1e-4, l2: 1e-3), clipNorm: clipNorm)
  }

  /// A step that changes no trained parameter and leaves the mean gradient, as it is after clipping,
  /// in the only moment, which must be zero before.
  func measure(
    _ sample: TrainingSample, _ order: [UInt32], clipNorm: Double? = nil
  ) throws -> StepOutcome {
    try step(
      order, 0..<order.count, from: sample.source, scalars: sample.scalars, noise: (7, 1),
      update: .sgd(rate: 0, momentum: 0.5, nesterov: false), penalty: WeightPenalty(),
      clipNorm: clipNorm)
  }

  /// Bits of all parameters and statistics.
  var parameterBits: [[UInt32]] {
    parameters.table.entries.indices.map { parameters[$0].map(\.bitPattern) }
  }

  /// Σ of the squares of the first moment, whole.
  var firstMomentNorm: Double {
    states[0].table.entries.indices.reduce(0.0) { sum, index in
      states[0][index].reduce(sum) { $0 + Double($1) * Double($1) }
    }.squareRoot()
  }
}

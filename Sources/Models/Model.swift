public import Configuration
public import Examples
public import GraphIR

/// A variational autoencoder: a choice on each of the five axes, and the objective.
///
/// Shapes: B examples, K samples of each, Z latents. Numbers are nats, summed over examples.
public struct Model: Sendable {
  /// The section of the configuration with all defaults filled in.
  public let resolved: JSONNode
  /// What examples consist of; of these, the model reads `fieldNames`.
  public let fields: [Field]
  /// Shape of an example's data: `[D]`, or `[H, W, C]` with channels last.
  public let exampleShape: [Int]
  /// From an example to features.
  public let encoder: LayerStack
  /// From latents to what the likelihood takes.
  public let decoder: LayerStack
  /// All parameters, in the order that every graph of the model declares them in.
  public private(set) var parameters: [ParameterDeclaration] = []
  package let posterior: any Posterior
  package let prior: any Prior
  package let likelihood: any Likelihood
  package let objective: any Objective

  /// The fields of examples that its graphs read, the data first.
  public private(set) var fieldNames = [Field.data]
  /// Z.
  public var latentCount: Int { posterior.latentCount }
  /// K, the samples that the objective draws for each example.
  public var samplesPerExample: Int { objective.samplesPerExample }
  /// The loss that every model has; the others' names are their objectives' to give.
  public static let objectiveLoss = "objective"
  /// The losses that take turns in a step, in their order.
  public var losses: [String] { objective.losses }
  /// The loss that a parameter or running statistic belongs to.
  public func loss(of parameter: ParameterDeclaration) -> String {
    losses.first { $0 != Self.objectiveLoss && parameter.name.hasPrefix("\($0).") }
      ?? Self.objectiveLoss
  }
  /// The scalar inputs of the training and evaluation graphs, such as `beta`.
  public var scalarNames: [String] { objective.scalarNames }
  /// The epoch from which on the objective no longer changes its meaning.
  public var warmUpEndEpoch: Double { objective.warmUpEndEpoch }
  /// Whether an example's gradient depends on the others of its shard, so that the number of shards is part of the
  /// model: by batch statistics, or by the objective.
  public var seesShard: Bool {
    objective.seesShard || (encoder.layers + decoder.layers).contains { $0.layer.seesShard }
  }
  /// Whether an example's gradient depends on the others of its minibatch, whose shards meet for it.
  public private(set) var seesMinibatch = false
  /// Whether shards compute parts of what depends on parameters alone, so that each has a graph of its own.
  public private(set) var seesPlace = false
  /// Examples that a shard of a training step needs at least, and the layer that needs them: a batch
  /// normalisation takes a variance of them. In the decoder each example has K rows.
  public var fewestRows: (count: Int, layer: String) {
    let demands =
      encoder.layers.map { (stack: encoder.name, entry: $0, samples: 1) }
      + decoder.layers.map { (stack: decoder.name, entry: $0, samples: samplesPerExample) }
    return demands.reduce((count: 1, layer: "")) { most, demand in
      let rows = demand.entry.layer.fewestRows(of: demand.entry.inputShape)
      let count = (rows + demand.samples - 1) / demand.samples
      return count > most.count ? (count, "\(demand.stack).\(demand.entry.name)") : most
    }
  }
  /// Whether the likelihood is that of a density, so that log p(x) can be estimated.
  public var hasDensity: Bool { likelihood.isNormalized && drawsFromDensity }
  private var drawsFromDensity = false
  /// The values that the likelihood lets data have.
  public var dataSupport: ClosedRange<Float> { likelihood.support }
  /// What configurations call the likelihood.
  public var likelihoodName: String { type(of: likelihood).key }

  /// Values of the scalar inputs at a moment of training, in the order of their names.
  ///
  /// - Parameter epoch: passes over the data so far, with their fraction.
  public func scalars(atEpoch epoch: Double) -> [Double] {
    scalarNames.indices.map { scalar($0, atEpoch: epoch) }
  }

  /// One of `scalars(atEpoch:)`, without an array.
  public func scalar(_ index: Int, atEpoch epoch: Double) -> Double {
    objective.scalar(index, atEpoch: epoch)
  }

  /// Reads the `model` section of a configuration and joins its choices.
  ///
  /// - Parameters:
  ///   - node: the section.
  ///   - fields: what examples consist of; `x`, the data, is `[D]` or `[H, W, C]`.
  /// - Throws: `ConfigurationError` at the key that is wrong, or at the choice that does not fit the
  ///   others.
  /// - Precondition: `x` is among the fields.
  public init(reading node: JSONNode, fields: [Field]) throws(ConfigurationError) {
    try self.init(reading: node, fields: fields, objectives: objectiveTable)
  }

  /// A model for examples of data alone.
  public init(reading node: JSONNode, exampleShape: [Int]) throws(ConfigurationError) {
    try self.init(reading: node, fields: [Field(name: Field.data, shape: exampleShape)])
  }

  /// The same with a table of objectives of one's own.
  package init(
    reading node: JSONNode, fields: [Field], objectives: [ChoiceEntry<any Objective>]
  ) throws(ConfigurationError) {
    guard let data = fields.first(where: { $0.name == Field.data }) else {
      preconditionFailure(
        "a model for examples with the fields \(fields.map(\.name)), without data")
    }
    let exampleShape = data.shape
    self.fields = fields
    var reader = try ObjectReader(node)
    try reader.allow(
      only: ["encoder", "posterior", "prior", "decoder", "likelihood", "objective"])
    self.exampleShape = exampleShape
    encoder = try LayerStack("encoder", inputShape: exampleShape, reading: &reader)
    try Self.requireFlat(encoder, at: node)
    posterior = try reader.choice("posterior", of: "posterior", among: posteriorTable)
    prior = try reader.choice(
      "prior", of: "prior", default: .string(StandardNormalPrior.key), among: priorTable)
    decoder = try LayerStack("decoder", inputShape: [posterior.latentCount], reading: &reader)
    try Self.require(decoder, endsIn: exampleShape, at: node)
    likelihood = try reader.choice("likelihood", of: "likelihood", among: likelihoodTable)
    objective = try reader.choice(
      "objective", of: "objective", default: .string(EvidenceLowerBound.key),
      among: objectives)
    resolved = try reader.finish()
    // One emission finds the order of the parameters, and what the objective lacks.
    var emission = Emission(mode: .training, exampleCount: 1)
    let pass = forward(samples: objective.samplesPerExample, in: &emission)
    do throws(Misfit) {
      _ = try objective.emit(pass.terms, in: &emission)
      for loss in objective.losses where loss != Self.objectiveLoss {
        _ = try objective.emit(loss: loss, pass.terms, in: &emission)
      }
    } catch {
      throw (node["objective"] ?? node).error(error)
    }
    parameters = emission.builder.graph.parameters
    let place = ShardPlace(0, of: 2)
    for loss in losses {
      let graph = trainingGraph(loss, rows: 1, of: 2, at: place)
      guard graph.nodes.contains(where: \.op.isCollective) else { continue }
      seesMinibatch = true
      // Shards that share rows out gather them, so others need not be asked.
      if graph != trainingGraph(loss, rows: 1, of: 2) { seesPlace = true }
    }
    let read = Set(losses.flatMap { trainingGraph($0, rows: 1).inputs.map(\.name) })
    fieldNames += fields.map(\.name).filter { $0 != Field.data && read.contains($0) }
    drawsFromDensity = pass.terms.logPosterior != nil
  }

  /// The fields that a `model` section is made for: its data have the shape in which its decoder ends.
  ///
  /// - Parameter others: the fields beside the data.
  /// - Throws: `ConfigurationError` at a key of the posterior or decoder that is wrong.
  public static func fields(
    reading node: JSONNode, others: [Field] = []
  ) throws(ConfigurationError) -> [Field] {
    var reader = try ObjectReader(node)
    let posterior = try reader.choice("posterior", of: "posterior", among: posteriorTable)
    let decoder = try LayerStack(
      "decoder", inputShape: [posterior.latentCount], reading: &reader)
    return [Field(name: Field.data, shape: decoder.outputShape)] + others
  }

  private static func requireFlat(
    _ encoder: LayerStack, at node: JSONNode
  ) throws(ConfigurationError) {
    guard encoder.outputShape.count != 1, let place = node["encoder"] else { return }
    throw place.error(
      expected: "an encoder that ends in flat data [features]",
      found: "\(encoder.outputShape) after \(encoder.ending)",
      remedy: "add \"flatten\" at its end")
  }

  private static func require(
    _ decoder: LayerStack, endsIn shape: [Int], at node: JSONNode
  ) throws(ConfigurationError) {
    let found = decoder.outputShape
    guard found != shape, let place = node["decoder"] else { return }
    var remedy: String?
    if found.count == 1, shape.count == 3 {
      let (height, width, channels) = (shape[0], shape[1], shape[2])
      remedy =
        "end it with { \"dense\": { \"units\": \(shape.reduce(1, *)) } }, { \"reshape\": "
        + "{ \"channels\": \(channels), \"height\": \(height), \"width\": \(width) } }"
    } else if found.count == 3, shape.count == 1, found.reduce(1, *) == shape[0] {
      remedy = "add \"flatten\" at its end"
    }
    throw (try place.elements().last ?? place).error(
      expected: "a decoder that ends in the examples' shape \(shape)",
      found: "\(found) after \(decoder.ending)", remedy: remedy)
  }
}

extension LayerStack {
  /// The last layer, in words.
  fileprivate var ending: String { layers.last.map { "\"\($0.name)\"" } ?? "no layer" }
}

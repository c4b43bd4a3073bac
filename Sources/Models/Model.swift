public import Configuration
public import Examples
public import GraphIR

/// A variational autoencoder: a choice on each of its axes, and the objective.
///
/// Shapes: B examples, K samples of each, Z latents. Numbers are nats, summed over examples.
public struct Model: Sendable {
  /// The section of the configuration with all defaults filled in.
  public let resolved: JSONNode
  /// What the data have; `x` is what the model is of.
  public let fields: [Field]
  /// Names of the fields that the model's graphs read, the data first.
  public let fieldNames: [String]
  /// From an example to features.
  public let encoder: LayerStack
  /// From latents to what the likelihood takes.
  public let decoder: LayerStack
  /// All parameters, in the order that every graph of the model declares them in.
  public private(set) var parameters: [ParameterDeclaration] = []
  /// The latent variables, the topmost first. The decoder reads the last.
  public let latents: [LatentVariable]
  package let likelihood: any Likelihood
  package let objective: any Objective

  /// Shape of one example: `[D]`, or `[H, W, C]` with channels last.
  public var exampleShape: [Int] { fields.first { $0.name == Field.data }?.shape ?? [] }
  /// Latents of all variables together.
  public var totalLatentCount: Int { latents.reduce(0) { $0 + $1.latentCount } }
  /// Z, of the latent variable that the decoder reads.
  public var latentCount: Int { latents[latents.count - 1].latentCount }
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
    objective.seesShard || stacks.contains { $0.stack.layers.contains { $0.layer.seesShard } }
  }
  /// Whether an example's gradient depends on the others of its minibatch, whose shards meet for it.
  public private(set) var seesMinibatch = false
  /// Whether shards compute parts of what depends on parameters alone, so that each has a graph of its own.
  public private(set) var seesPlace = false
  /// Examples that a shard of a training step needs at least, and the layer that needs them: a batch
  /// normalisation takes a variance of them.
  public var fewestRows: (count: Int, layer: String) {
    stacks.reduce((count: 1, layer: "")) { most, part in
      part.stack.layers.reduce(most) { most, entry in
        let rows = entry.layer.fewestRows(of: entry.inputShape)
        let count = (rows + part.samples - 1) / part.samples
        return count > most.count ? (count, "\(part.stack.name).\(entry.name)") : most
      }
    }
  }
  /// All its layers, and how many rows each example has there: behind the encoder K.
  public var stacks: [(stack: LayerStack, samples: Int)] {
    [(encoder, 1)] + (latents.map(\.priorLayers) + [decoder]).map { ($0, samplesPerExample) }
  }
  /// Whether the likelihood is that of a density, so that log p(x) can be estimated.
  public var hasDensity: Bool { likelihood.isNormalized && drawsFromDensity }
  private var drawsFromDensity = false
  /// The values that the likelihood lets data have.
  public var dataSupport: ClosedRange<Float> { likelihood.support }
  /// What configurations call the likelihood.
  public var likelihoodName: String { type(of: likelihood).key }

  /// Values of the scalar inputs at a moment of training, in the order of their names.
  public func scalars(at moment: Moment) -> [Double] {
    scalarNames.indices.map { scalar($0, at: moment) }
  }

  /// One of `scalars(at:)`, without an array.
  public func scalar(_ index: Int, at moment: Moment) -> Double {
    objective.scalar(index, at: moment)
  }

  /// Names of the metrics that the objective adds to `objective`, `reconstruction` and `kl`: its terms, where they have a
  /// weight their products with it, and the other losses.
  public private(set) var termNames: [String] = []

  /// Reads the `model` section of a configuration and joins its choices.
  ///
  /// - Parameters:
  ///   - node: the section.
  ///   - fields: what the data have, `x` among them.
  /// - Throws: `ConfigurationError` at the key that is wrong, or at the choice that does not fit the
  ///   others.
  public init(reading node: JSONNode, fields: [Field]) throws(ConfigurationError) {
    try self.init(reading: node, fields: fields, objectives: objectiveTable)
  }

  /// A model of data that have no other field.
  public init(reading node: JSONNode, exampleShape: [Int]) throws(ConfigurationError) {
    try self.init(reading: node, fields: [Field(name: Field.data, shape: exampleShape)])
  }

  /// A model of data that have the shape in which its decoder ends.
  ///
  /// - Parameter others: the fields beside the data. Of those that its layers read and that are not among them, one
  ///   number is assumed.
  public init(reading node: JSONNode, others: [Field] = []) throws(ConfigurationError) {
    let section = try node.object(read: ModelSection.init(reading:)).value
    let missing = Set(section.fieldNames).subtracting(others.map(\.name)).sorted()
    let fields = others + missing.map { Field(name: $0, shape: [1]) }
    let shape = try section.decoder(fields: fields).outputShape
    try self.init(section, at: node, fields: [Field(name: Field.data, shape: shape)] + fields)
  }

  /// The same with a table of objectives of one's own.
  package init(
    reading node: JSONNode, fields: [Field], objectives: [Alternative<any Objective>]
  ) throws(ConfigurationError) {
    let (section, _) = try node.object { (reader) throws(ConfigurationError) in
      try ModelSection(reading: &reader, objectives: objectives)
    }
    try self.init(section, at: node, fields: fields)
  }

  /// Joins the choices of a section.
  private init(
    _ section: ModelSection, at node: JSONNode, fields: [Field]
  ) throws(ConfigurationError) {
    self.fields = fields
    guard let shape = fields.first(where: { $0.name == Field.data })?.shape else {
      preconditionFailure("a model of examples with the fields \(fields.map(\.name)), without data")
    }
    encoder = try LayerStack("encoder", section.encoder, inputShape: shape, fields: fields)
    try Self.requireFlat(encoder, at: node)
    var latents = section.latents
    for index in latents.indices {
      try latents[index].join(
        above: latents[..<index].map(\.latentCount), encoder: encoder, fields: fields)
    }
    self.latents = latents
    decoder = try section.decoder(fields: fields)
    try Self.require(decoder, endsIn: shape, at: node)
    (likelihood, objective) = (section.likelihood, section.objective)
    fieldNames =
      [Field.data] + fields.map(\.name).filter { section.fieldNames.contains($0) }
    resolved = section.resolved
    // One emission finds the order of the parameters, and what the objective lacks.
    let emission = Emission(mode: .training, exampleCount: 1, fields: fields)
    let pass = forward(samples: objective.samplesPerExample, in: emission)
    do throws(Misfit) {
      termNames = try objective.terms(of: pass).flatMap(Self.metricNames)
      for loss in objective.losses where loss != Self.objectiveLoss {
        _ = try objective.loss(loss, of: pass)
        termNames.append(loss)
      }
    } catch {
      throw (node["objective"] ?? node).error(error)
    }
    parameters = emission.graph.parameters
    drawsFromDensity = pass.logWeights != nil
    let place = ShardPlace(1, of: 2)
    for loss in losses {
      let graph = trainingGraph(loss, rows: 1, of: 2, at: place)
      guard graph.nodes.contains(where: \.op.isCollective) else { continue }
      seesMinibatch = true
      // A shard whose graph depends on its place has something of the others, so others need not be asked.
      if graph != trainingGraph(loss, rows: 1, of: 2) { seesPlace = true }
    }
  }

  /// The metrics of a term beside those that every model has.
  static func metricNames(_ term: ObjectiveTerm) -> [String] {
    (usualMetrics.contains(term.name) ? [] : [term.name])
      + (term.weight == nil ? [] : ["weighted.\(term.name)"])
  }

  /// Metrics that every model has.
  static let usualMetrics = ["objective", "reconstruction", "kl"]

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

internal import DataParallel
internal import Examples
internal import Execution
internal import GraphIR
internal import GraphPasses
internal import GraphReference
internal import GraphRuns
internal import Models
internal import Training

/// A point at which gradients are computed in several ways: parameters, examples, scalars and noise,
/// all of them float32 numbers, so that every way begins with the same.
struct GradientPoint {
  let model: Model
  let precision: Precision
  /// B, the examples.
  let rows: Int
  /// Parts that they are cut into.
  let shards: Int
  let table: ParameterTable
  let parameters: [[Float]]
  /// The fields that the model reads, of these examples.
  let examples: ExampleSource
  let scalars: [Float]
  /// Key of the noise.
  let noiseSeed: UInt64
  /// The values of the fields, each `[B]` + its shape.
  private let fields: [String: [Float]]
  /// The engine's draws by stream; `[B, …]` where rows are examples.
  private let noise: [Int: Tensor]

  /// The training's own beginning with its own examples.
  ///
  /// Parameters of rank 0 and 1 are moved off their start: a bias of exactly 0 under black pixels
  /// would put a ReLU on its kink, where there is no derivative to compare.
  init(
    _ model: Model, _ training: TrainingConfiguration, _ data: ExampleSet, rows: Int, shards: Int,
    seed: UInt64
  ) throws {
    (self.model, precision) = (model, training.precision)
    let chosen = (0..<rows).map { data.positions[$0 * data.positions.count / rows] }
    (self.rows, self.shards, noiseSeed) = (rows, shards, seed)
    examples = try ExampleSet(data.source.selecting(model.fieldNames), positions: chosen).copied()
    fields = try Self.values(of: examples)
    let moment = Moment(
      epoch: max(0, model.warmUpEndEpoch.nextDown), exampleCount: data.positions.count)
    scalars = model.scalars(at: moment).map { Float($0) }
    let table = ParameterTable(model.parameters)
    self.table = table
    var random = SplitMix64(seed: seed)
    let start = try ParameterMemory(table, seed: UInt64(training.seed), from: data)
    parameters = table.entries.indices.map { index in
      let values = start[index]
      guard table.entries[index].declaration.shape.rank < 2 else { return values }
      return values.map { $0 + Float(0.02 * random.normal()) }
    }
    noise = try Self.draws(
      model.trainingGraph(rows: rows), table, seed: seed, inputs: fields)
  }

  private static func values(of examples: ExampleSource) throws -> [String: [Float]] {
    let all = ExampleSet(examples)
    return Dictionary(
      uniqueKeysWithValues: try examples.fieldNames.map { ($0, try all.values(of: $0)) })
  }

  /// What the engine's noise kernels draw for each random node of a graph.
  private static func draws(
    _ graph: Graph, _ table: ParameterTable, seed: UInt64, inputs: [String: [Float]]
  ) throws -> [Int: Tensor] {
    var draws = graph
    draws.outputs = []
    var streams: [Int] = []
    for (index, node) in graph.nodes.enumerated() {
      guard case .random(_, let stream, _, _) = node.op, !streams.contains(stream) else { continue }
      streams.append(stream)
      draws.outputs.append(Output(role: .result("\(stream)"), value: Value(index)))
    }
    if streams.isEmpty { return [:] }
    let values = try runOnce(
      draws.simplified(), parameters: ParameterMemory(table), inputs: inputs, noise: (seed, 0))
    var noise: [Int: Tensor] = [:]
    for (position, stream) in streams.enumerated() {
      let shape = draws[draws.outputs[position].value].shape
      noise[stream] = Tensor(shape: shape, values: values[position].map(Double.init))
    }
    return noise
  }

  /// Runs the graphs of all shards in Double.
  ///
  /// - Parameters:
  ///   - graphs: one per shard; they differ in their rows alone.
  ///   - more: inputs beside examples and scalars, for each shard.
  /// - Returns: results of all nodes, for each shard.
  func interpret(
    _ graphs: [Graph], parameters: [Tensor], more: [[String: Tensor]]? = nil
  ) -> [[Tensor]] {
    let all = graphs.indices.map { shard in
      ShardInputs(
        interpreter: Interpreter(graphs[shard]),
        inputs: inputs(of: graphs[shard], shard: shard, more?[shard] ?? [:]))
    }
    return Interpreter.values(of: all, parameters: parameters) { shard, _, stream, owners, shape in
      guard let drawn = noise[stream] else { preconditionFailure("no noise of stream \(stream)") }
      // The shards share nothing out here, so that each draws all rows that are no examples.
      guard owners == .examples else { return drawn }
      let (range, size) = (part(shard, of: shards, count: rows), drawn.shape.count / rows)
      let values = drawn.values[range.lowerBound * size..<range.upperBound * size]
      return Tensor(shape: shape, values: Array(values))
    }
  }

  /// The graphs of the shards, each from its number of rows.
  func graphs(_ graph: (_ rows: Int) -> Graph) -> [Graph] {
    (0..<shards).map { graph(part($0, of: shards, count: rows).count) }
  }

  private func inputs(
    of graph: Graph, shard: Int, _ more: [String: Tensor]
  ) -> [String: Tensor] {
    let range = part(shard, of: shards, count: rows)
    var inputs = more
    for (name, shape) in graph.inputs where inputs[name] == nil {
      if let index = model.scalarNames.firstIndex(of: name) {
        inputs[name] = Tensor(repeating: Double(scalars[index]), shape: shape)
      } else if let all = fields[name] {
        let size = all.count / rows
        let values = all[range.lowerBound * size..<range.upperBound * size]
        inputs[name] = Tensor(shape: shape, values: values.map(Double.init))
      }
    }
    return inputs
  }

  /// The parameters in Double.
  var tensors: [Tensor] {
    zip(table.entries, parameters).map { entry, values in
      Tensor(shape: entry.declaration.shape, values: values.map(Double.init))
    }
  }
}

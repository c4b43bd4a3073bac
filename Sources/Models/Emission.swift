package import GraphIR

/// What a graph is emitted for.
package enum EmissionMode: Hashable, Sendable {
  /// Noise layers draw, normalisations use the statistics of the examples at hand.
  case training
  /// Noise layers pass their input on, normalisations use running statistics.
  case inference
}

/// A graph in the making: what every layer and choice emits into.
package struct Emission: Sendable {
  /// Receives the nodes.
  package var builder = GraphBuilder()
  /// What the graph is for.
  package let mode: EmissionMode
  /// B, the examples of the shard; every array that depends on data has them as its leading axis.
  package let exampleCount: Int
  /// Examples of the minibatch whose shards meet; nil where the shard stands alone.
  package let minibatch: Int?
  /// The shard's place among them; nil where it stands alone.
  package let place: ShardPlace?

  /// A graph without nodes that has these parameters, so that their indices agree between graphs.
  package init(
    mode: EmissionMode, exampleCount: Int, minibatch: Int? = nil, place: ShardPlace? = nil,
    declaring parameters: [ParameterDeclaration] = []
  ) {
    precondition(exampleCount > 0, "Emission: \(exampleCount) examples")
    self.mode = mode
    self.exampleCount = exampleCount
    (self.minibatch, self.place) = (minibatch, place)
    for parameter in parameters { builder.declare(parameter) }
  }

  /// Declares, or finds, a parameter that the optimiser changes.
  package mutating func trained(
    _ name: String, _ shape: Shape, _ initializer: Initializer, isWeight: Bool = false
  ) -> Value {
    builder.parameter(
      ParameterDeclaration(
        name: name, shape: shape, initializer: initializer, role: .trained(isWeight: isWeight)))
  }

  /// `x · weightᵀ + bias`, with `<name>.weight` `[units, in]` and `<name>.bias` `[units]`.
  ///
  /// - Parameter x: `[N, in]`.
  /// - Source: both begin uniform on ±1/√in, as PyTorch's `Linear` does.
  package mutating func dense(_ x: Value, units: Int, name: String) -> Value {
    let inputs = builder.shape(x)[1]
    let start = Initializer.uniform(bound: 1 / Double(inputs).squareRoot())
    let weight = trained("\(name).weight", [units, inputs], start, isWeight: true)
    let bias = trained("\(name).bias", [units], start)
    return builder.dense(x, weight: weight, bias: bias)
  }

  /// Noise for rows that may be several samples per example, `[B·K, …]`.
  ///
  /// It is drawn as `[B, K, …]`, because noise belongs to examples: the leading axis must be theirs.
  package mutating func noise(_ distribution: NoiseDistribution, rows shape: Shape) -> Value {
    let samples = shape[0] / exampleCount
    if samples == 1 { return builder.random(distribution, shape) }
    let drawn = Shape([exampleCount, samples] + shape.extents.dropFirst())
    return builder.reshape(builder.random(distribution, drawn), shape)
  }

  /// `[B, …]` repeated for every sample: `[B, K, …]`.
  package mutating func repeated(_ x: Value, samples: Int) -> Value {
    let extents = builder.shape(x).extents
    let target = Shape([extents[0], samples] + extents.dropFirst())
    if samples == 1 { return builder.reshape(x, target) }
    return builder.broadcast(x, to: target, axes: [0] + Array(2..<target.rank))
  }

  /// `[B, K, …]` → `[B·K, …]`: samples as rows, for layers.
  package mutating func samplesAsRows(_ x: Value) -> Value {
    let extents = builder.shape(x).extents
    return builder.reshape(x, Shape([extents[0] * extents[1]] + extents.dropFirst(2)))
  }

  /// `[B·K, …]` → `[B, K, …]`: the way back.
  package mutating func rowsAsSamples(_ x: Value) -> Value {
    let extents = builder.shape(x).extents
    let target = Shape([exampleCount, extents[0] / exampleCount] + extents.dropFirst())
    return builder.reshape(x, target)
  }

  /// Sum over all axes but examples and samples: `[B, K, …]` → `[B, K]`.
  package mutating func sumPerSample(_ x: Value) -> Value {
    builder.sum(x, axes: Array(builder.shape(x).extents.indices.dropFirst(2)))
  }
}

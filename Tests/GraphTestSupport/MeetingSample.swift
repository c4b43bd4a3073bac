package import GraphIR
internal import GraphPasses
package import GraphReference

/// A graph whose shards meet: what a shard of so many rows computes in a minibatch of so many.
///
/// The input is `x` `[rows, 6]`, the parameters `weight` and `scale`, the output the scalar metric `objective`.
package struct MeetingSample: Sendable, CustomStringConvertible {
  package let description: String
  /// The graph, not differentiated; each shard computes all that depends on parameters alone where its place is nil.
  package let graph: @Sendable (_ rows: Int, _ minibatch: Int, _ place: ShardPlace?) -> Graph

  package static let all = [
    pairwise, standardised, permuted, pseudoInputs(10), pseudoInputs(16), pseudoInputs(3),
    pseudoInputs(16, areDroppedOut: true), pseudoInputs(3, areDroppedOut: true),
  ]

  /// Terms of rows that are made from parameters alone: Σ_b log Σ_n exp(−‖z_b − f(u_n)‖²), as under a mixture of
  /// posteriors at learnt inputs.
  package static func pseudoInputs(_ count: Int, areDroppedOut: Bool = false) -> MeetingSample {
    MeetingSample(
      "\(count) pseudo-inputs" + (areDroppedOut ? ", dropped out" : ""), pseudoInputs: count,
      areDroppedOut: areDroppedOut
    ) { _, _, z, pseudo, g in closeness(of: z, to: pseudo, in: &g) }
  }

  /// Σ_b log Σ_n exp(−‖z_b − u_n‖²).
  private static func closeness(of z: Value, to u: Value, in g: inout GraphBuilder) -> Value {
    let shape: Shape = [g.shape(z)[0], g.shape(u)[0], 4]
    let distance = g.subtract(
      g.broadcast(z, to: shape, axes: [0, 2]), g.broadcast(u, to: shape, axes: [1, 2]))
    let squared = g.sum(g.square(distance), axes: [2])
    return g.sum(g.logSumExp(g.negate(squared), axis: 1))
  }

  /// Features of an example.
  package static let features = 6

  /// A term for every pair of examples of the minibatch: Σ_b log Σ_b′ exp(−‖z_b − z_b′‖²), as in estimates of the
  /// aggregate posterior.
  package static let pairwise = MeetingSample("pairwise") { _, minibatch, z, _, g in
    let all = g.allGather(z, count: minibatch)
    return closeness(of: z, to: all, in: &g)
  }

  /// The same with the columns of z′ permuted over the minibatch, each by itself, as a discriminator of total
  /// correlation sees them.
  package static let permuted = MeetingSample("permuted") { _, minibatch, z, _, g in
    let all = g.allGather(z, count: minibatch)
    let mixed = g.gatherRows(all, g.random(.permutation, g.shape(all)))
    return closeness(of: z, to: mixed, in: &g)
  }

  /// Three meetings, each of what the one before came to: mean, variance, and rows of all shards weighed by
  /// everybody, of which each shard gets its own.
  package static let standardised = MeetingSample("standardised") { rows, minibatch, z, _, g in
    let count = Double(minibatch)
    let mean = g.scale(g.allReduce(g.sum(z, axes: [0])), by: 1 / count)
    let centred = g.subtract(z, g.broadcast(mean, to: g.shape(z), axes: [1]))
    let variance = g.scale(g.allReduce(g.sum(g.square(centred), axes: [0])), by: 1 / count)
    let deviation = g.squareRoot(g.add(variance, 0.1))
    let standard = g.divide(centred, g.broadcast(deviation, to: g.shape(z), axes: [1]))
    let all = g.allGather(g.tanh(standard), count: minibatch)
    let weighed = g.multiply(
      all, g.broadcast(g.sum(standard, axes: [0]), to: g.shape(all), axes: [1]))
    let own = g.apply(.reduceScatter(rows: rows), weighed)
    return g.add(g.sum(g.square(own)), g.sum(g.softplus(g.add(own, standard))))
  }

  private init(
    _ name: String, pseudoInputs: Int = 1, areDroppedOut: Bool = false,
    _ objective: @escaping @Sendable (Int, Int, Value, Value, inout GraphBuilder) -> Value
  ) {
    description = name
    graph = { rows, minibatch, place in
      var builder = GraphBuilder()
      let x = builder.input("x", [rows, Self.features])
      func parameter(_ name: String, _ shape: Shape) -> Value {
        builder.parameter(
          ParameterDeclaration(
            name: name, shape: shape, initializer: .uniform(bound: 0.8),
            role: .trained(isWeight: true)))
      }
      let weight = parameter("weight", [4, Self.features])
      let scale = parameter("scale", [4])
      let z = builder.tanh(builder.matmul(x, weight, transposeRight: true))
      let inputs = parameter("pseudo", [pseudoInputs, Self.features])
      let generator = parameter("generator", [4, Self.features])
      let shared = builder.share(inputs, at: place)
      var part = shared.part
      if areDroppedOut {
        let noise = builder.random(.uniform, builder.shape(part), rows: shared.owners)
        part = builder.dropout(part, noise: noise, probability: 0.4)
      }
      let made = builder.tanh(builder.matmul(part, generator, transposeRight: true))
      let pseudo = builder.gather(made, of: shared)
      let scaled = builder.multiply(z, builder.broadcast(scale, to: [rows, 4], axes: [1]))
      builder.output(.metric("objective"), objective(rows, minibatch, scaled, pseudo, &builder))
      return builder.graph
    }
  }

  /// Smooth numbers, other ones for every row: `[rows, 6]`.
  package static func examples(_ rows: Range<Int>) -> Tensor {
    Tensor(
      shape: [rows.count, features],
      values: rows.flatMap { row in
        (0..<features).map { Double((row * 37 + $0 * (row % 5 + 3) * 11) % 41) / 20 - 1 }
      })
  }

  /// What the engine's noise is drawn by: seed and purpose, and the step.
  package static let noise: (seed: UInt64, step: UInt32) = (7, 1)

  /// What shards of these rows give together in Double: the sums of the outputs.
  package func outputs(
    _ shards: [Range<Int>], parameters: [Tensor], isDifferentiated: Bool
  ) -> [Tensor] {
    let minibatch = shards.reduce(0) { $0 + $1.count }
    let graphs = shards.enumerated().map { index, range in
      let graph = graph(range.count, minibatch, ShardPlace(index, of: shards.count))
      return isDifferentiated ? graph.differentiated(of: .metric("objective")) : graph
    }
    let values = Interpreter.values(
      of: zip(graphs, shards).map {
        ShardInputs(interpreter: Interpreter($0), inputs: ["x": Self.examples($1)])
      }, parameters: parameters
    ) { shard, distribution, stream, rows, shape in
      engineNoise(
        key: Self.noise.seed, step: Self.noise.step, ids: shards[shard].map { UInt32($0) })(
          distribution, stream, rows, shape)
    }
    return graphs[0].outputs.indices.map { output in
      let parts = zip(graphs, values).map { $1[$0.outputs[output].value.index] }
      return parts.dropFirst().reduce(parts[0]) { sum, part in
        Tensor(shape: sum.shape, values: zip(sum.values, part.values).map(+))
      }
    }
  }
}

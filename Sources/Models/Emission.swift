package import Examples
package import GraphIR

/// What a graph is emitted for.
package enum EmissionMode: Hashable, Sendable {
  /// Noise layers draw, normalisations use the statistics of the examples at hand.
  case training
  /// Noise layers pass their input on, normalisations use running statistics.
  case inference
}

/// A graph in the making: what every layer and choice emits into.
package final class Emission {
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
  /// What the data have.
  package let fields: [Field]
  /// Whose rows layers see: those of examples, unless learnt rows go through them.
  private(set) var rows = NoiseRows.examples
  /// Mean and variance by which each normalisation has normalised examples, by its name.
  var normalizations: [String: (mean: Expression, variance: Expression)] = [:]

  /// A graph without nodes that has these parameters, so that their indices agree between graphs.
  package init(
    mode: EmissionMode, exampleCount: Int, minibatch: Int? = nil, place: ShardPlace? = nil,
    fields: [Field] = [], declaring parameters: [ParameterDeclaration] = []
  ) {
    precondition(exampleCount > 0, "Emission: \(exampleCount) examples")
    self.mode = mode
    self.exampleCount = exampleCount
    (self.minibatch, self.place, self.fields) = (minibatch, place, fields)
    for parameter in parameters { builder.declare(parameter) }
  }

  /// The graph so far.
  package var graph: Graph { builder.graph }

  /// M, the examples of the minibatch: those at hand, where the shard stands alone.
  package var minibatchCount: Int { minibatch ?? exampleCount }

  /// Emits what a builder makes.
  package func emit(_ make: (inout GraphBuilder) -> Value) -> Expression {
    Expression(make(&builder), in: self)
  }

  /// One number.
  package func constant(_ value: Double, _ shape: Shape = .scalar) -> Expression {
    emit { $0.constant(value, shape) }
  }

  /// What is given from outside at every run: a scalar, or latents to be decoded.
  package func input(_ name: String, _ shape: Shape = .scalar) -> Expression {
    emit { $0.input(name, shape) }
  }

  /// A field of the examples, `[B]` + the field's shape; classes are one-hot. Nil where the data have none of that name.
  package func field(_ name: String) -> Expression? {
    guard let field = fields.first(where: { $0.name == name }) else { return nil }
    return input(name, Shape([exampleCount] + field.shape))
  }

  /// Declares, or finds, a parameter.
  package func parameter(_ declaration: ParameterDeclaration) -> Expression {
    emit { $0.parameter(declaration) }
  }

  /// Declares, or finds, a parameter that the optimiser changes.
  package func trained(
    _ name: String, _ shape: Shape, _ initializer: Initializer, isWeight: Bool = false
  ) -> Expression {
    parameter(
      ParameterDeclaration(
        name: name, shape: shape, initializer: initializer, role: .trained(isWeight: isWeight)))
  }

  /// Names a result that leaves the graph.
  package func output(_ role: Output.Role, _ x: Expression) { builder.output(role, x.value) }

  /// Noise for rows that may be several samples per example, `[B·K, …]`.
  ///
  /// It is drawn as `[B, K, …]`, because noise belongs to examples: the leading axis must be theirs. Learnt rows
  /// draw by their numbers.
  package func noise(_ distribution: NoiseDistribution, _ shape: Shape) -> Expression {
    guard case .examples = rows, shape[0] != exampleCount else {
      return emit { $0.random(distribution, shape, rows: rows) }
    }
    let drawn = Shape([exampleCount, shape[0] / exampleCount] + shape.extents.dropFirst())
    return emit { $0.random(distribution, drawn) }.reshaped(shape)
  }

  /// What becomes of learnt rows, computed once for the whole minibatch: see `GraphBuilder.share`.
  ///
  /// Layers that look at the examples' statistics take those of the examples that went before; noise is drawn by
  /// the rows' numbers.
  ///
  /// - Parameters:
  ///   - learnt: `[N, …]`.
  ///   - body: emits results `[n, …]` from `[n, …]`, each row from its own row.
  /// - Returns: the results `[N, …]`, the same in every shard.
  package func oncePerMinibatch(
    _ learnt: Expression, _ body: (Expression) -> [Expression]
  ) -> [Expression] {
    let shared = builder.share(learnt.value, at: place)
    let before = rows
    rows = shared.owners
    let results = body(Expression(shared.part, in: self))
    rows = before
    return results.map { part in emit { $0.gather(part.value, of: shared) } }
  }
}

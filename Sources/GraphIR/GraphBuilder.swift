/// Builds a graph node by node; equal nodes are shared.
///
/// The named functions trap on a shape that does not fit, because it is a mistake in the code that
/// calls them: what a user's configuration can get wrong is checked, with its path, before. `emit`
/// throws instead.
public struct GraphBuilder: Sendable {
  /// What has been built so far.
  public private(set) var graph = Graph()
  private var known: [Node: Value] = [:]
  private var noiseStreams = 0

  /// A builder of an empty graph.
  public init() {}

  /// A builder that goes on from `graph`.
  public init(continuing graph: Graph) {
    self.graph = graph
    for (index, node) in graph.nodes.enumerated() {
      if known[node] == nil { known[node] = Value(index) }
      if case .random(_, let stream, _, _) = node.op {
        noiseStreams = max(noiseStreams, stream + 1)
      }
    }
  }

  /// Adds an operation, or finds the equal one that is there.
  ///
  /// - Throws: `ShapeError` where the operands do not fit.
  public mutating func emit(_ op: Op, _ operands: [Value]) throws(ShapeError) -> Value {
    let shape = try op.resultShape(of: operands.map { graph[$0].shape })
    let node = Node(op: op, operands: operands, shape: shape)
    if let value = known[node] { return value }
    graph.nodes.append(node)
    let value = Value(graph.nodes.count - 1)
    known[node] = value
    return value
  }

  /// Adds an operation whose operands are known to fit.
  public mutating func apply(_ op: Op, _ operands: Value...) -> Value {
    do { return try emit(op, operands) } catch { preconditionFailure(error.description) }
  }

  /// The shape of a result.
  public func shape(_ value: Value) -> Shape { graph[value].shape }

  /// Declares data given from outside.
  public mutating func input(_ name: String, _ shape: Shape) -> Value {
    apply(.input(name, shape))
  }

  /// Declares a parameter, or finds the one of that name.
  ///
  /// - Precondition: a parameter declared twice is declared with the same shape.
  public mutating func parameter(_ declaration: ParameterDeclaration) -> Value {
    let found = graph.parameters.firstIndex { $0.name == declaration.name }
    if let found {
      precondition(
        graph.parameters[found].shape == declaration.shape,
        "parameter \(declaration.name): declared as \(graph.parameters[found].shape) "
          + "and as \(declaration.shape)")
    } else {
      graph.parameters.append(declaration)
    }
    return apply(.parameter(found ?? graph.parameters.count - 1, declaration.shape))
  }

  /// Declares a parameter whether or not anything uses it, so that indices stay as they are.
  public mutating func declare(_ declaration: ParameterDeclaration) {
    graph.parameters.append(declaration)
  }

  /// The index of a parameter that was declared by this value.
  public func parameterIndex(_ value: Value) -> Int? {
    if case .parameter(let index, _) = graph[value].op { index } else { nil }
  }

  /// One number, repeated.
  public mutating func constant(_ value: Double, _ shape: Shape = .scalar) -> Value {
    apply(.constant(value, shape))
  }

  /// Fresh noise; each call draws from a stream of its own.
  ///
  /// - Parameter rows: whose the rows are; a permutation's are nobody's.
  public mutating func random(
    _ distribution: NoiseDistribution, _ shape: Shape, rows: NoiseRows = .examples
  ) -> Value {
    noiseStreams += 1
    let rows = distribution == .permutation ? .numbered(from: 0) : rows
    return apply(.random(distribution, stream: noiseStreams - 1, rows: rows, shape))
  }

  /// Names a result that leaves the graph.
  public mutating func output(_ role: Output.Role, _ value: Value) {
    graph.outputs.append(Output(role: role, value: value))
  }
}

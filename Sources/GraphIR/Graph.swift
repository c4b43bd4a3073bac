/// A result in a graph: the position of the node that computes it.
public struct Value: Hashable, Sendable {
  /// Position in `Graph.nodes`.
  public var index: Int

  /// The result of node `index`.
  public init(_ index: Int) { self.index = index }
}

/// One operation applied to earlier results.
public struct Node: Hashable, Sendable {
  /// What is computed.
  public var op: Op
  /// Earlier results that it is computed from.
  public var operands: [Value]
  /// The result's shape.
  public var shape: Shape
}

/// How a parameter begins.
public enum Initializer: Hashable, Sendable {
  case constant(Double)
  /// Uniform on [−bound, bound).
  case uniform(bound: Double)
  /// Normal with mean 0.
  case normal(standardDeviation: Double)
  /// A parameter `[C]` + the shape of an example: C examples of the training data, drawn by the seed, each once before any
  /// comes again. Zeros where there are no data, as for a model that a checkpoint is read into.
  case examples
}

/// A named array that lives longer than a step.
public struct ParameterDeclaration: Hashable, Sendable {
  /// Who changes it.
  public enum Role: Hashable, Sendable {
    /// The optimiser, by its gradient. `isWeight`: a product's weights, which L1/L2 penalties see.
    case trained(isWeight: Bool)
    /// A running average: new = (1 − momentum) · old + momentum · (this minibatch's value).
    case statistic(momentum: Double)
  }
  /// Path of its layer and its own name, as files show it: `encoder.conv1.weight`.
  public var name: String
  /// Shape, in the field's layout for files.
  public var shape: Shape
  /// Value before the first step.
  public var initializer: Initializer
  /// Who changes it.
  public var role: Role

  /// A parameter with its name, shape, start and role.
  public init(name: String, shape: Shape, initializer: Initializer, role: Role) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.role = role
  }

  /// Whether the optimiser changes it.
  public var isTrained: Bool { if case .trained = role { true } else { false } }
}

/// A result that leaves the graph.
public struct Output: Hashable, Sendable {
  /// What the reader of the output may take it for.
  public enum Role: Hashable, Sendable {
    /// A result wanted by name, one row per example or whatever its shape says.
    case result(String)
    /// A scalar or vector summed over the shard's examples; divided by their number when shown.
    case metric(String)
    /// The derivative of the differentiated output with respect to a parameter, by index.
    case gradient(Int)
    /// This shard's value of a running statistic, by parameter index, times its examples.
    case statistic(Int)
  }
  /// What it is.
  public var role: Role
  /// Where it comes from.
  public var value: Value

  /// An output.
  public init(role: Role, value: Value) {
    self.role = role
    self.value = value
  }
}

/// A pure computation with static shapes: nodes in an order in which each uses earlier ones only.
public struct Graph: Hashable, Sendable {
  /// Operations, operands first.
  public var nodes: [Node] = []
  /// What lives longer than a step, in the order of declaration.
  public var parameters: [ParameterDeclaration] = []
  /// What leaves the graph.
  public var outputs: [Output] = []

  /// An empty graph.
  public init() {}

  /// The node that computes `value`.
  public subscript(value: Value) -> Node { nodes[value.index] }

  /// The output with this role, if there is one.
  public func output(_ role: Output.Role) -> Value? {
    outputs.first { $0.role == role }?.value
  }

  /// Inputs by name, in the order in which they first occur.
  public var inputs: [(name: String, shape: Shape)] {
    nodes.compactMap { if case .input(let name, let shape) = $0.op { (name, shape) } else { nil } }
  }
}

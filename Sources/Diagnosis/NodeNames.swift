internal import GraphIR

/// Names for the nodes of a training graph, from the parameters around them: `encoder.dense1:
/// matmul`, `loss/reconstruction: softplus`, `decoder.dense2: gradient of weight`.
struct NodeNames {
  private let graph: Graph
  /// Nodes that metrics, statistics or results need; the rest is derivatives.
  private let isForward: [Bool]
  /// Nodes that depend on the examples along their leading axis.
  private let hasRows: [Bool]
  /// For each node the layer whose parameters it reads, or else the latest one before it.
  private let layers: [String?]
  /// Forward nodes from which a later one leads on through a layer.
  private let feedsLayer: [Bool]

  init(_ graph: Graph) {
    self.graph = graph
    var isForward = graph.ancestors { role in
      switch role {
      case .metric, .statistic, .result: true
      case .gradient: false
      }
    }
    var hasRows = [Bool](repeating: false, count: graph.nodes.count)
    var layers = [String?](repeating: nil, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      switch node.op {
      case .parameter: isForward[index] = true
      case .input(_, let shape): hasRows[index] = shape.rank > 0
      case .random(_, _, let rows, _): hasRows[index] = rows == .examples
      case .gatherRows: hasRows[index] = hasRows[node.operands[1].index] && isForward[index]
      default:
        let rows = node.operands.contains { hasRows[$0.index] }
        hasRows[index] = rows && isForward[index] && node.shape.rank > 0 && !node.op.mixesRows
      }
      let before = node.operands.map(\.index).sorted {
        (isForward[$0] ? 0 : 1, $0) < (isForward[$1] ? 0 : 1, $1)
      }
      layers[index] =
        graph.layer(readBy: index) ?? before.reversed().lazy.compactMap { layers[$0] }.first
    }
    var feedsLayer = [Bool](repeating: false, count: graph.nodes.count)
    for index in graph.nodes.indices.reversed() where isForward[index] {
      let leadsOn = feedsLayer[index] || graph.layer(readBy: index) != nil
      if leadsOn { for operand in graph.nodes[index].operands { feedsLayer[operand.index] = true } }
    }
    (self.isForward, self.hasRows, self.layers) = (isForward, hasRows, layers)
    self.feedsLayer = feedsLayer
  }

  /// Whether the node's leading axis is that of the examples, or of their samples.
  func hasRows(_ index: Int) -> Bool { hasRows[index] }

  /// The node's name.
  subscript(index: Int) -> String {
    let node = graph.nodes[index]
    switch node.op {
    case .parameter(let parameter, _): return graph.parameters[parameter].name
    case .input(let name, _): return "input \(name)"
    default: break
    }
    let operation = String(node.op.name.prefix { $0 != "(" })
    for output in graph.outputs where output.value.index == index {
      if case .gradient(let parameter) = output.role {
        let (layer, name) = graph.parameters[parameter].name.splitAtLastDot
        return "\(layer): gradient of \(name)"
      }
    }
    if !isForward[index] { return "\(layers[index] ?? "the loss"): gradient, \(operation)" }
    if graph.layer(readBy: index) == nil, !feedsLayer[index] {
      return "loss/\(metric(of: index) ?? "objective"): \(operation)"
    }
    return "\(layers[index] ?? "input"): \(operation)"
  }

  /// The metric that the node goes into; the objective where it is no other's.
  private func metric(of index: Int) -> String? {
    let names = graph.outputs.compactMap {
      if case .metric(let name) = $0.role, name != "objective" { name } else { nil }
    }
    return names.first { name in graph.ancestors { $0 == .metric(name) }[index] }
  }
}

extension Graph {
  /// For each node whether one of these outputs depends on it.
  fileprivate func ancestors(of isWanted: (Output.Role) -> Bool) -> [Bool] {
    var found = [Bool](repeating: false, count: nodes.count)
    for output in outputs where isWanted(output.role) { found[output.value.index] = true }
    for index in nodes.indices.reversed() where found[index] {
      for operand in nodes[index].operands { found[operand.index] = true }
    }
    return found
  }

  /// The layer whose parameter a node reads, directly or rearranged.
  fileprivate func layer(readBy index: Int) -> String? {
    for operand in nodes[index].operands {
      switch nodes[operand.index].op {
      case .parameter(let parameter, _): return parameters[parameter].name.splitAtLastDot.0
      case .broadcast, .reshape, .transpose:
        if let layer = layer(readBy: operand.index) { return layer }
      default: break
      }
    }
    return nil
  }
}

extension Op {
  /// Whether the leading axis disappears, or becomes another.
  fileprivate var mixesRows: Bool {
    switch self {
    case .sum(let axes): axes.contains(0)
    case .scatterRows: true
    default: false
    }
  }
}

extension String {
  /// `encoder.dense1` and `weight`.
  fileprivate var splitAtLastDot: (String, String) {
    guard let dot = lastIndex(of: ".") else { return (self, "value") }
    return (String(self[..<dot]), String(self[index(after: dot)...]))
  }
}

import Examples
import GraphIR
import Models

extension GoldenCase {
  /// The training graph with noise from outside: its input `x` is `[B, X + Z]`, the examples and
  /// behind them eps. The arithmetic is that of the model's own graph.
  func trainingGraph(rows: Int, of minibatch: Int? = nil) -> Graph {
    let graph = model.trainingGraph(rows: rows, of: minibatch)
    var builder = GraphBuilder()
    for parameter in graph.parameters { builder.declare(parameter) }
    let x = builder.input("x", [rows, exampleSize + model.latentCount])
    var renamed: [Value] = []
    for node in graph.nodes {
      switch node.op {
      case .input("x", let shape):
        let data = builder.slice(x, axis: 1, start: 0, count: exampleSize)
        renamed.append(builder.reshape(data, shape))
      case .random(_, _, _, let shape):
        let noise = builder.slice(x, axis: 1, start: exampleSize, count: model.latentCount)
        renamed.append(builder.reshape(noise, shape))
      default:
        do {
          renamed.append(try builder.emit(node.op, node.operands.map { renamed[$0.index] }))
        } catch { preconditionFailure(error.description) }
      }
    }
    for output in graph.outputs { builder.output(output.role, renamed[output.value.index]) }
    return builder.graph
  }

  /// The training graph with results `mu`, `logvar` (the heads, where they are) and `logits` (what
  /// enters the likelihood) in place of its outputs.
  func forwardGraph() -> Graph {
    var graph = trainingGraph(rows: exampleCount)
    let taps = [
      ("mu", head("posterior.mean", in: graph)),
      ("logvar", head("posterior.logVariance", in: graph)),
      ("logits", logits(in: graph)),
    ]
    graph.outputs = taps.compactMap { name, value in
      value.map { Output(role: .result(name), value: $0) }
    }
    return graph
  }

  /// The sum of a product and the bias of a head.
  private func head(_ name: String, in graph: Graph) -> Value? {
    graph.nodes.indices.first { index in
      graph.nodes[index].op == .binary(.add)
        && graph.nodes[index].operands.contains { operand in
          guard case .broadcast = graph[operand].op,
            case .parameter(let parameter, _) = graph[graph[operand].operands[0]].op
          else { return false }
          return graph.parameters[parameter].name == "\(name).bias"
        }
    }.map { Value($0) }
  }

  /// The operand of softplus in log p(x|z) of a Bernoulli; else what is subtracted from the data.
  private func logits(in graph: Graph) -> Value? {
    let shape = Shape([exampleCount, 1] + model.exampleShape)
    for node in graph.nodes where node.shape == shape {
      if node.op == .unary(.softplus) { return node.operands[0] }
      if node.op == .binary(.subtract), graph[node.operands[0]].op != .unary(.softplus),
        !graph.nodes.contains(where: { $0.op == .unary(.softplus) })
      {
        return node.operands[1]
      }
    }
    return nil
  }
}

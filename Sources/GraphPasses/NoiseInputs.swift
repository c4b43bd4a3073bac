public import GraphIR

extension Graph {
  /// This graph with every draw of noise given from outside, as input `noise<stream>`: for comparing
  /// with another implementation on the same draws.
  public func withNoiseInputs() -> Graph {
    var graph = self
    for index in graph.nodes.indices {
      if case .random(_, let stream, _, let shape) = graph.nodes[index].op {
        graph.nodes[index].op = .input("noise\(stream)", shape)
      }
    }
    return graph
  }
}

public import GraphIR

/// Where a graph's outputs lie in a shard's slab: gradients and statistics where their parameters lie
/// in the table, then everything else, one after another.
public struct SlabLayout: Sendable, Hashable {
  /// Where each output of the graph begins, in its order.
  public let offsets: [Int]
  /// Shape of each output.
  public let shapes: [Shape]
  /// What each output is.
  public let roles: [Output.Role]
  /// Floats in the part that mirrors the parameter table; 0 where the graph has no gradients.
  public let mirrorCount: Int
  /// Floats in the slab.
  public let count: Int

  /// The layout of a graph's outputs.
  public init(_ graph: Graph, table: ParameterTable) {
    let mirrors = graph.outputs.contains {
      switch $0.role {
      case .gradient, .statistic: true
      case .result, .metric: false
      }
    }
    mirrorCount = mirrors ? table.count : 0
    var end = mirrorCount
    var offsets: [Int] = []
    for output in graph.outputs {
      switch output.role {
      case .gradient(let index), .statistic(let index):
        offsets.append(table.entries[index].offset)
      case .result, .metric:
        offsets.append(end)
        end += (graph[output.value].shape.count + 15) / 16 * 16
      }
    }
    self.offsets = offsets
    shapes = graph.outputs.map { graph[$0.value].shape }
    roles = graph.outputs.map(\.role)
    count = end
  }

  /// The floats of the slab that hold an output; nil where the graph has no such output.
  public func range(of role: Output.Role) -> Range<Int>? {
    roles.firstIndex(of: role).map { offsets[$0]..<offsets[$0] + shapes[$0].count }
  }
}

public import GraphIR

/// Where a graph's outputs lie in the memory that a shard writes them to, its gradient buffer in a step: gradients
/// and statistics in the order of their parameters, then everything else, one after another.
public struct OutputLayout: Sendable, Hashable {
  /// Where each output of the graph begins, in its order; nil for gradients that are made elsewhere.
  public let offsets: [Int?]
  /// Shape of each output.
  public let shapes: [Shape]
  /// What each output is.
  public let roles: [Output.Role]
  /// Where the gradient or statistic of each parameter begins; nil where it is made elsewhere, or where
  /// the graph has none.
  public let parameterOffsets: [Int?]
  /// Floats in the part of gradients and statistics; 0 where the graph has no gradients.
  public let gradientCount: Int
  /// Floats of all.
  public let count: Int

  /// The layout of a graph's outputs.
  ///
  /// - Parameter elsewhere: parameters whose gradients are made elsewhere.
  public init(_ graph: Graph, table: ParameterTable, without elsewhere: Set<Int> = []) {
    let changed = Set(
      graph.outputs.compactMap { output -> Int? in
        switch output.role {
        case .gradient(let index), .statistic(let index): index
        case .result, .metric: nil
        }
      })
    var end = 0
    func place(_ count: Int) -> Int {
      defer { end += (count + 15) / 16 * 16 }
      return end
    }
    let parameterOffsets = table.entries.enumerated().map { index, entry -> Int? in
      changed.contains(index) && !elsewhere.contains(index) ? place(entry.range.count) : nil
    }
    self.parameterOffsets = parameterOffsets
    gradientCount = end
    offsets = graph.outputs.map { output in
      switch output.role {
      case .gradient(let index), .statistic(let index): parameterOffsets[index]
      case .result, .metric: place(graph[output.value].shape.count)
      }
    }
    shapes = graph.outputs.map { graph[$0.value].shape }
    roles = graph.outputs.map(\.role)
    count = end
  }

  /// The floats that hold an output, by its position; nil where they lie elsewhere.
  public func range(at index: Int) -> Range<Int>? {
    offsets[index].map { $0..<$0 + shapes[index].count }
  }

  /// The floats that hold an output; nil where the graph has no such output.
  public func range(of role: Output.Role) -> Range<Int>? {
    roles.firstIndex(of: role).flatMap(range(at:))
  }
}

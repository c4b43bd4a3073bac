package import Examples
package import Execution
package import GraphIR
internal import GraphPasses
internal import GraphRuns
package import Kernels
internal import Storage

/// Finds where in a shard's computation the first number arises that is not finite.
///
/// The simplified graph, which is what the engine runs, is run again with its own nodes as outputs,
/// so many at a time as fit some memory. Slow, and therefore used after a failure alone.
package struct Diagnosis {
  /// Where a number comes from that is not finite.
  package struct Origin {
    /// The layer and what it computes.
    package var place: String
    /// The example whose row it lies in; nil where rows are no examples.
    package var example: UInt32?
    /// Whether another shard handed it out.
    package var isMet: Bool
  }

  private let family: PlanFamily
  private let source: ExampleSource
  private let scalars: [Float]
  private let noise: NoiseKey
  private let parameters: ParameterMemory
  /// Positions of the minibatch's examples in their source.
  package let minibatch: [UInt32]
  /// How many shards it is cut into.
  package let shardCount: Int
  private let outcomes: (ShardPlace) -> [Int: [Float]]

  /// A diagnosis of one step.
  ///
  /// - Parameter outcomes: What a shard got of the others.
  package init(
    family: PlanFamily, source: ExampleSource, scalars: [Float], noise: NoiseKey,
    parameters: ParameterMemory, minibatch: [UInt32], shardCount: Int,
    outcomes: @escaping (ShardPlace) -> [Int: [Float]]
  ) {
    (self.family, self.source, self.scalars) = (family, source, scalars)
    (self.noise, self.parameters, self.minibatch) = (noise, parameters, minibatch)
    (self.shardCount, self.outcomes) = (shardCount, outcomes)
  }

  /// Floats that the outputs of one run may have together.
  private static let outputLimit = 1 << 24

  /// Positions of a shard's examples in their source.
  package func examples(of shard: Int) -> [UInt32] {
    Array(minibatch[part(shard, of: shardCount, count: minibatch.count)])
  }

  /// The first node that is not finite on the way to one of these outputs; nil where they are finite.
  package func origin(in shard: Int, of isWanted: (Output.Role) -> Bool) -> Origin? {
    let positions = examples(of: shard)
    let graph = family.graph(batch(shard, of: shardCount, count: minibatch.count)).simplified()
    let (alone, given) = graph.withoutMeetings(outcomes(ShardPlace(shard, of: shardCount)))
    guard let places = firstNonFinite(alone, positions, given) else { return nil }
    // Back from the outputs along nodes that are not finite; what comes first has finite operands.
    var waiting = graph.outputs.filter { isWanted($0.role) && places[$0.value.index] != nil }
      .map(\.value.index)
    var seen = Set(waiting)
    while let index = waiting.popLast() {
      for operand in graph.nodes[index].operands.map(\.index)
      where places[operand] != nil && seen.insert(operand).inserted { waiting.append(operand) }
    }
    guard let first = seen.min(), let element = places[first] else { return nil }
    let names = NodeNames(graph)
    let (count, rows) = (graph.nodes[first].shape.count, positions.count)
    let isRow = names.hasRows(first) && graph.nodes[first].shape[0] % rows == 0
    return Origin(
      place: names[first], example: isRow ? positions[element / (count / rows)] : nil,
      isMet: graph.nodes[first].op.isCollective)
  }

  /// For each node the first element that is not finite; nil where a kernel refuses.
  private func firstNonFinite(
    _ graph: Graph, _ positions: [UInt32], _ given: [String: [Float]]
  ) -> [Int?]? {
    var places = [Int?](repeating: nil, count: graph.nodes.count)
    var start = 0
    while start < graph.nodes.count {
      var (end, total) = (start, 0)
      while end < graph.nodes.count,
        end == start || total + graph.nodes[end].shape.count <= Self.outputLimit
      {
        total += graph.nodes[end].shape.count
        end += 1
      }
      guard let values = values(of: start..<end, graph, positions, given) else { return nil }
      for (node, values) in zip(start..<end, values) {
        places[node] = values.firstIndex { !$0.isFinite }
      }
      start = end
    }
    return places
  }

  /// What nodes compute, as a worker computes it.
  private func values(
    of nodes: Range<Int>, _ graph: Graph, _ positions: [UInt32], _ given: [String: [Float]]
  ) -> [[Float]]? {
    var shown = graph
    shown.outputs = nodes.map { Output(role: .result("\($0)"), value: Value($0)) }
    let family = PlanFamily(
      table: family.table, fieldNames: family.fieldNames, scalarNames: family.scalarNames,
      givenNames: Set(given.keys), precision: family.precision
    ) { _ in shown }
    let layout = family.plan(rows: positions.count).outputLayout
    let outputs = AlignedFloats(count: layout.count)
    let replica = Replica()
    let isFine = unsafe positions.withUnsafeBufferPointer { positions in
      unsafe scalars.withUnsafeBufferPointer { scalars in
        let run = unsafe ShardRun(
          family: family, batch: Batch(rows: positions.count), positions: positions, source: source,
          scalars: scalars, parameters: UnsafePointer(parameters.floats.pointer),
          outputs: outputs.pointer, noise: noise)
        return unsafe replica.run(run, given: given)
      }
    }
    guard isFine else { return nil }
    return layout.roles.indices.map { index in
      outputs.withSpan { span in layout.range(at: index)?.map { span[$0] } ?? [] }
    }
  }
}

extension Graph {
  /// The graph with what each meeting came to as an input, by the order of the collective operations.
  fileprivate func withoutMeetings(_ outcomes: [Int: [Float]]) -> (Graph, [String: [Float]]) {
    var (graph, given) = (self, [String: [Float]]())
    let meetings = nodes.indices.filter { nodes[$0].op.isCollective }
    for (index, position) in meetings.enumerated() {
      graph.nodes[position].op = .input("meeting \(index)", nodes[position].shape)
      graph.nodes[position].operands = []
      given["meeting \(index)"] = outcomes[index] ?? []
    }
    return (graph, given)
  }
}

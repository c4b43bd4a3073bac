public import Execution
public import GraphIR
internal import GraphPasses
internal import Kernels
internal import Storage

/// Where the time of one shard goes, kernel by kernel, and that of the gradients made over a minibatch.
public struct KernelProfile: Sendable {
  /// One kernel call.
  public struct Row: Sendable, Hashable {
    /// What is computed, with its extents.
    public var name: String
    /// The library's name of the kernel; empty for our own.
    public var implementation: String
    /// Mean seconds of a call.
    public var seconds: Double
    /// Floating-point operations of a product; 0 for what is bound by memory.
    public var flops: Int
    /// Bytes that a loop reads and writes.
    public var bytes: Int
  }

  /// The calls of a shard in order.
  public var rows: [Row]
  /// The gradients of weights that are made over the whole minibatch, each in all its tiles.
  public var gradients: [Row]

  /// Runs a graph on this thread and times each of its calls, as a step makes them.
  ///
  /// - Parameter minibatch: examples of all shards together.
  /// - Parameter source: where the input `x` comes from; only its non-zeros matter, as the time of
  ///   everything else does not depend on the numbers. Zeros where nil.
  /// - Throws: `KernelError` where oneDNN refuses a product, `ShardFailure` where one fails.
  public init(
    _ graph: Graph, parameters: ParameterMemory, precision: Precision = .float32,
    minibatch: Int, source: (any ExampleSource)? = nil, repetitions: Int
  ) throws {
    let examples = graph.inputs.first { $0.name == "x" }?.shape[0] ?? minibatch
    let plan = Plan(
      graph, table: parameters.table, precision: precision,
      sparse: source?.sparsity.map { ["x": $0] } ?? [:],
      deferring: Plan.Deferral(examples: examples))
    let workspace = Workspace()
    let sequence = try KernelSequence(
      plan.calls, arenaCount: plan.arenaCount, keptCount: plan.keptWidths.count,
      workspace: workspace, precision: precision)
    let kept = AlignedFloats(count: plan.keptWidths.reduce(0, +) * minibatch)
    let keptRows = unsafe KeptRows(kept.pointer, widths: plan.keptWidths, batchSize: minibatch)
    for index in plan.keptWidths.indices { unsafe sequence.keep(index, at: keptRows.row(0, of: index)) }
    let slab = AlignedFloats(count: plan.slab.count)
    let ids = (0..<UInt32(1 << 16)).map { $0 }
    var seconds = [Double](repeating: 0, count: plan.calls.count)
    for repetition in -3..<repetitions {
      if repetition == 0 { seconds = seconds.map { _ in 0 } }
      let isFine = unsafe ids.withUnsafeBufferPointer { ids in
        func run(_ examples: SparseRows?) -> Bool {
          unsafe sequence.run(
            parameters: UnsafePointer(parameters.floats.pointer), slab: slab.pointer,
            ids: ids.baseAddress!, noise: NoiseKey(seed: 0, step: 0), examples: examples,
            adding: &seconds)
        }
        return unsafe source?.sparse?.withRows(run) ?? run(nil)
      }
      if !isFine { throw ShardFailure(shard: 0) }
    }
    var implementations = sequence.implementations[...]
    rows = zip(plan.calls, seconds).map { call, total in
      Row(
        name: call.label, implementation: call.isProduct ? implementations.removeFirst() : "",
        seconds: total / Double(repetitions), flops: call.flops, bytes: call.byteCount)
    }
    gradients = try unsafe Self.timed(plan, keptRows, examples: minibatch, repetitions)
  }

  /// Seconds of a shard's calls together.
  public var seconds: Double { rows.reduce(0) { $0 + $1.seconds } }
  /// Seconds of the gradients over a minibatch, on one thread.
  public var gradientSeconds: Double { gradients.reduce(0) { $0 + $1.seconds } }

  private static func timed(
    _ plan: Plan, _ kept: KeptRows, examples: Int, _ repetitions: Int
  ) throws -> [Row] {
    let tiles = plan.weightGradients.map { WeightTile.tiles(rows: $0.rows, columns: $0.columns) }
    let largest = tiles.flatMap(\.self).map { $0.rows * $0.columns }.max() ?? 0
    let worker = GradientWorker(largestTile: largest)
    try worker.prepare(examples: examples, plan)
    return try plan.weightGradients.indices.map { index in
      let gradient = plan.weightGradients[index]
      func run() throws {
        for tile in tiles[index] {
          let isFine = unsafe worker.run(
            index, tile, examples: examples, a: kept.row(0, of: gradient.a),
            b: kept.row(0, of: gradient.b), into: worker.tile.pointer)
          if !isFine { throw ShardFailure(shard: 0) }
        }
      }
      try run()
      let time = try ContinuousClock().measure { for _ in 0..<repetitions { try run() } }
      return Row(
        name: "matmul TN \(gradient.rows)×\(examples)×\(gradient.columns) of the minibatch, in "
          + "\(tiles[index].count) tiles", implementation: "",
        seconds: time / .seconds(1) / Double(repetitions),
        flops: 2 * gradient.rows * gradient.columns * examples, bytes: 0)
    }
  }
}

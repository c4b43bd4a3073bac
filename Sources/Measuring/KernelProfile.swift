internal import DataParallel
internal import Examples
internal import Execution
internal import GraphIR
internal import GraphRuns
internal import KernelCalls
internal import Kernels
internal import Models
internal import Storage
internal import Training

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
    public var flops: Double
    /// Bytes that a loop reads and writes.
    public var bytes: Int
  }

  /// The calls of a shard in order.
  public var rows: [Row]
  /// The gradients of weights that are made over the whole minibatch, each in all its tiles.
  public var gradients: [Row]

  /// Runs a graph on this thread and times each of its calls, as a step makes them.
  ///
  /// - Parameters:
  ///   - minibatch: examples of all shards together.
  ///   - source: where the fields come from; only non-zeros matter, as the time of everything
  ///     else does not depend on the numbers. Zeros where nil.
  /// - Throws: `KernelError` where oneDNN refuses a product, `ShardFailure` where one fails.
  init(
    _ graph: Graph, parameters: ParameterMemory, precision: Precision = .float32,
    minibatch: Int, source: ExampleSource? = nil, repetitions: Int
  ) throws {
    let examples = graph.inputs.first { $0.name == Field.data }?.shape[0] ?? minibatch
    let plan = Plan(
      graph, table: parameters.table, precision: precision,
      sparse: source?.sparsity ?? [:],
      deferring: Plan.Deferral(examples: examples))
    let workspace = Workspace()
    let sequence = try KernelSequence(
      plan.calls, phases: plan.phases, arenaCount: plan.arenaCount,
      savedCount: plan.savedWidths.count, workspace: workspace, precision: precision)
    let saved = AlignedFloats(count: plan.savedWidths.reduce(0, +) * minibatch)
    let savedOperands = unsafe SavedOperands(
      saved.pointer, widths: plan.savedWidths, batchSize: minibatch)
    for index in plan.savedWidths.indices {
      unsafe sequence.save(index, at: savedOperands.row(0, of: index))
    }
    let outputs = AlignedFloats(count: plan.outputLayout.count)
    let ids = (0..<UInt32(1 << 16)).map { $0 }
    var seconds = [Double](repeating: 0, count: plan.calls.count)
    let clock = ContinuousClock()
    for repetition in -3..<repetitions {
      if repetition == 0 { seconds = seconds.map { _ in 0 } }
      let isFine = unsafe ids.withUnsafeBufferPointer { ids in
        func run(_ examples: CSRMatrix?) -> Bool {
          var start = clock.now
          return unsafe sequence.run(
            parameters: UnsafePointer(parameters.floats.pointer), outputs: outputs.pointer,
            ids: ids.baseAddress!, noise: NoiseKey(seed: 0, step: 0), examples: examples
          ) { call in
            let end = clock.now
            seconds[call] += (end - start) / .seconds(1)
            start = end
          }
        }
        return unsafe source?.nonZeros?.withRows(run) ?? run(nil)
      }
      if !isFine { throw ShardFailure(shard: 0) }
    }
    rows = zip(zip(plan.calls, sequence.implementations), seconds).map { made, total in
      let (call, implementation) = made
      return Row(
        name: call.label, implementation: implementation ?? "",
        seconds: total / Double(repetitions), flops: call.kernel.flops,
        bytes: call.kernel.byteCount)
    }
    gradients = try unsafe plan.timedGradients(
      savedOperands, examples: minibatch, source: source, repetitions: repetitions)
  }

  /// Times each kernel of a shard's share of a training step, on one thread.
  public init(_ workload: Workload, shards: Int, repetitions: Int = 20) throws {
    let rows = max(1, workload.training.batchSize / shards)
    try self.init(workload, rows: rows, repetitions: repetitions)
  }

  /// The same of so many rows.
  init(_ workload: Workload, rows: Int, repetitions: Int = 20) throws {
    let (model, training) = (workload.model, workload.training)
    let examples = workload.examples()
    let parameters = try ParameterMemory(
      ParameterTable(model.parameters), seed: 0, from: examples)
    try self.init(
      model.gradientGraph(rows: rows), parameters: parameters, precision: training.precision,
      minibatch: training.batchSize, source: examples.source, repetitions: repetitions)
  }

  /// Seconds of a shard's calls together.
  public var seconds: Double { rows.reduce(0) { $0 + $1.seconds } }
  /// Seconds of the gradients over a minibatch, on one thread.
  public var gradientSeconds: Double { gradients.reduce(0) { $0 + $1.seconds } }
}

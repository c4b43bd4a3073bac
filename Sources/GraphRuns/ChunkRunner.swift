public import Examples
public import Execution
internal import GraphIR
internal import Kernels
internal import Storage
internal import Teamwork

/// Runs a graph without gradients over many examples, chunk by chunk on all workers.
///
/// Chunks have a fixed number of rows, and sums over them are taken in their order, so results do not
/// depend on the number of threads.
///
/// Safety: the worker that takes chunk `c` alone touches the outputs of chunk `c`, worker `w` alone replica `w`.
@safe public final class ChunkRunner {
  /// Examples computed at once; the last chunk may hold fewer.
  public let chunkRows: Int
  /// Threads that work at once.
  public var threadCount: Int
  /// Bytes that the workers' arrays and the results may take; nil for any.
  public var memoryLimit: Int?
  private let family: PlanFamily
  private let memory: WorkerMemory
  private var replicas: [Replica] = []

  /// A runner for one family of graphs.
  ///
  /// - Parameter memory: what workers compute in; shared with other runners, of which one runs at a time.
  public init(
    _ family: PlanFamily, chunkRows: Int, threadCount: Int, memory: WorkerMemory = WorkerMemory()
  ) {
    self.family = family
    self.chunkRows = chunkRows
    self.threadCount = threadCount
    self.memory = memory
  }

  /// Runs the graph over examples.
  ///
  /// - Parameters:
  ///   - positions: of the examples in the source.
  ///   - source: of the family's fields, in its order.
  ///   - scalars: values of the graph's scalar inputs, in the family's order.
  ///   - noise: key of the noise; each example's draws depend on its position in the source.
  /// - Throws: `MemoryShortage`; `KernelError` or `ShardFailure` where a product is refused or fails; what the source's
  ///   `load` throws.
  public func run(
    _ positions: [UInt32], from source: ExampleSource, parameters: ParameterMemory,
    scalars: [Float] = [], noise: (seed: UInt64, step: UInt32) = (0, 0)
  ) throws -> ChunkResults {
    family.require(source)
    let chunks = stride(from: 0, to: positions.count, by: chunkRows).map {
      $0..<min($0 + chunkRows, positions.count)
    }
    let workers = max(1, min(threadCount, chunks.count))
    let largest = min(chunkRows, max(1, positions.count))
    let stride = family.plan(rows: largest).outputLayout.count
    try requireMemory(rows: largest, workers: workers, results: chunks.count * stride)
    while replicas.count < workers {
      replicas.append(Replica(workspace: memory.workspace(replicas.count)))
    }
    // Two sizes at most, that of the first chunk and that of the last; any worker may take either.
    for size in Set([chunks.first, chunks.last].compactMap { $0?.count }) {
      for replica in replicas.prefix(workers) {
        _ = try replica.sequence(Batch(rows: size), of: family)
      }
    }
    source.expect(positions)
    let results = ChunkResults(
      outputs: AlignedFloats(count: stride * chunks.count), stride: stride, chunks: chunks,
      layouts: chunks.map { family.plan(rows: $0.count).outputLayout })
    let failed = UnsafeMutablePointer<Bool>.allocate(capacity: max(1, chunks.count))
    defer { unsafe failed.deallocate() }
    try unsafe positions.withUnsafeBufferPointer { rows in
      try unsafe scalars.withUnsafeBufferPointer { scalars in
        let job = unsafe ChunkJob(
          family: family, replicas: replicas, source: source, positions: rows,
          scalars: scalars,
          noise: NoiseKey(seed: noise.seed, step: noise.step),
          parameters: parameters.floats.pointer, outputs: results.outputs.pointer, stride: stride,
          chunks: chunks, failed: failed)
        try forEachLoaded(chunks, positions, source) { range in
          Team.forEach(range.count, workers: workers) { index, worker in
            unsafe job.run(chunk: range.lowerBound + index, worker: worker)
          }
        }
      }
    }
    for chunk in chunks.indices where unsafe failed[chunk] { throw ShardFailure(shard: chunk) }
    return results
  }
}

/// A run whose arrays take more memory than there is.
public struct MemoryShortage: Error, Sendable, Hashable, CustomStringConvertible {
  /// Bytes that it may take.
  public var limit: Int
  /// Bytes that it would take.
  public var needed: Double
  /// Examples that each worker computes at once.
  public var rows: Int
  /// Workers.
  public var workers: Int
  /// One line.
  public var description: String {
    "model: expected one that works in \(limit >> 20) MiB of free memory, found "
      + "\((needed / 1_048_576).rounded()) MiB for \(rows) examples on \(workers) threads. Use fewer "
      + "--threads, or a model with smaller layers."
  }
}

extension ChunkRunner {
  /// Calls a body with as many chunks as can be in memory at once, again and again to the last: with all, where the
  /// examples are in memory anyway.
  private func forEachLoaded(
    _ chunks: [Range<Int>], _ positions: [UInt32], _ source: ExampleSource,
    _ body: (Range<Int>) -> Void
  ) throws {
    var first = 0
    while first < chunks.count {
      let rest = positions[chunks[first].lowerBound...]
      let end = chunks[first].lowerBound + (source.window?.prefix(of: rest) ?? rest.count)
      let last = chunks[first...].lastIndex { $0.upperBound <= end } ?? first
      try source.load(
        positions.span.extracting(chunks[first].lowerBound..<chunks[last].upperBound))
      body(first..<last + 1)
      first = last + 1
    }
  }

  private func requireMemory(
    rows: Int, workers: Int, results: Int
  ) throws(MemoryShortage) {
    guard let memoryLimit else { return }
    let arena = family.plan(rows: rows).arenaCount
    // Results are copied once they are there.
    let needed = 4 * (Double(workers) * Double(arena) + 2 * Double(results))
    guard needed > Double(memoryLimit) else { return }
    throw MemoryShortage(limit: memoryLimit, needed: needed, rows: rows, workers: workers)
  }
}

@unsafe private struct ChunkJob: @unchecked Sendable {
  let family: PlanFamily
  let replicas: [Replica]
  let source: ExampleSource
  let positions: UnsafeBufferPointer<UInt32>
  let scalars: UnsafeBufferPointer<Float>
  let noise: NoiseKey
  let parameters: UnsafeMutablePointer<Float>
  let outputs: UnsafeMutablePointer<Float>
  let stride: Int
  let chunks: [Range<Int>]
  let failed: UnsafeMutablePointer<Bool>

  func run(chunk: Int, worker: Int) {
    let examples = unsafe UnsafeBufferPointer(rebasing: positions[chunks[chunk]])
    let run = unsafe ShardRun(
      family: family, batch: Batch(rows: examples.count), positions: examples, source: source,
      scalars: scalars,
      parameters: UnsafePointer(parameters), outputs: outputs + chunk * stride, noise: noise)
    let isFine = unsafe replicas[worker].run(run)
    unsafe failed[chunk] = !isFine
  }
}

/// What a graph gave for each chunk of examples.
public final class ChunkResults {
  fileprivate let outputs: AlignedFloats
  private let stride: Int
  private let chunks: [Range<Int>]
  private let layouts: [OutputLayout]

  fileprivate init(
    outputs: consuming AlignedFloats, stride: Int, chunks: [Range<Int>], layouts: [OutputLayout]
  ) {
    self.outputs = outputs
    self.stride = stride
    self.chunks = chunks
    self.layouts = layouts
  }

  /// A result for all examples, row after row; nil where the graph has none of that name.
  public func rows(_ result: String) -> [Float]? {
    var all: [Float] = []
    for chunk in chunks.indices {
      guard let range = layouts[chunk].range(of: .result(result)) else { return nil }
      all += outputs.withSpan { span in range.map { span[chunk * stride + $0] } }
    }
    return all
  }
}

/// All examples, by their chunks, of a graph that gives metrics alone: these lie in the same places
/// whatever a chunk's rows.
extension ChunkResults: MeasuredParts {
  /// Number of floats that a chunk's metrics take.
  public var metricCount: Int { layouts.first?.count ?? 0 }

  /// Where a metric lies among a chunk's; nil where the graph has none of that name.
  public func metricRange(_ name: String) -> Range<Int>? {
    layouts.first?.range(of: .metric(name))
  }

  /// Hands over what each chunk measured, in their order, and how many examples it has.
  public func forEachPart(_ body: (_ metrics: Span<Float>, _ exampleCount: Int) -> Void) {
    outputs.withSpan { span in
      for (index, chunk) in chunks.enumerated() {
        body(span.extracting(index * stride..<index * stride + metricCount), chunk.count)
      }
    }
  }
}

internal import CKernels
public import Execution
internal import GraphIR
internal import Kernels
internal import Storage

/// What a step left behind besides the parameters.
public struct StepOutcome: Sendable, Hashable {
  /// Euclidean norm of the mean gradient over the minibatch, before clipping.
  public var gradientNorm: Double
  /// Examples in the minibatch.
  public var exampleCount: Int
}

/// A product failed while a shard ran; the parameters are as they were before the step.
public struct ShardFailure: Error, CustomStringConvertible {
  /// The lowest-numbered shard that failed.
  public var shard: Int
  /// One line.
  public var description: String { "shard \(shard): a kernel of oneDNN failed" }
}

/// Trains parameters by minibatches cut into shards that workers compute side by side.
///
/// A step has three stages: the shards, the sums, the update; each is one `Stage`, and nothing waits
/// inside it. Between them the coordinator sees to it that nothing is applied that is not finite.
/// Shards define the arithmetic and workers only the speed: the same bits for any number of threads.
///
/// Safety: in the first stage worker `w` alone touches replica `w`, and shard `s` alone touches slab
/// `s`; in the others worker `w` alone touches its slices of parameters, moments and slabs. Dispatch
/// hands out each index once and returns after all have finished, which orders every write before the
/// next stage's reads.
@safe public final class StepEngine {
  /// The parameters, in shared memory.
  public let parameters: ParameterMemory
  /// The optimiser's moments.
  public let moments: [ParameterMemory]
  /// How many parts a minibatch is cut into.
  public let shardCount: Int
  /// How many threads compute them at most. Measurements may lower it between steps, and raise it
  /// again up to the number that the engine was made for.
  public var workerCount: Int
  /// Times the stages of every step, where there is one.
  public var clock: StageClock?
  /// What its workers are doing, for a watchdog.
  public let activity: StepActivity

  let family: PlanFamily
  let slices: [Slice]
  private let slabs: AlignedFloats
  private let slabStride: Int
  private let replicas: [Replica]
  private let job: UnsafeMutablePointer<Job>
  private let checks: SliceChecks
  private var seenSettings = -1
  private let failed: UnsafeMutablePointer<Bool>
  private let next = ShardCounter()
  private let layout: SlabLayout
  /// Where a shard's objective lies in its slab; nil where the graph measures none.
  private let objectiveOffset: Int?

  /// An engine for a differentiated training graph.
  ///
  /// - Parameters:
  ///   - momentCount: moments that the update rule keeps.
  ///   - batchSize: examples in a full minibatch.
  public init(
    _ family: PlanFamily, parameters: ParameterMemory, momentCount: Int, batchSize: Int,
    shardCount: Int, threadCount: Int
  ) {
    self.family = family
    self.parameters = parameters
    self.shardCount = shardCount
    workerCount = max(1, threadCount)
    activity = StepActivity(workerCount: max(1, threadCount))
    moments = (0..<momentCount).map { _ in ParameterMemory(family.table) }
    slices = family.table.slices()
    layout = family.plan(rows: part(0, of: min(shardCount, batchSize), count: batchSize).count).slab
    objectiveOffset = layout.range(of: .metric("objective"))?.lowerBound
    slabStride = layout.count
    slabs = AlignedFloats(count: slabStride * shardCount)
    replicas = (0..<min(workerCount, shardCount)).map { _ in Replica() }
    unsafe job = .allocate(capacity: 1)
    unsafe checks = SliceChecks(slices, workers: workerCount)
    unsafe failed = .allocate(capacity: shardCount)
  }

  deinit {
    unsafe job.deallocate()
    unsafe checks.deallocate()
    unsafe failed.deallocate()
  }

  /// Bytes of memory beside the parameters and moments.
  public var workingByteCount: Int {
    replicas.reduce(slabStride * shardCount * 4) { $0 + $1.byteCount }
  }

  /// One optimiser step on a minibatch.
  ///
  /// - Parameters:
  ///   - order: example positions; the minibatch is `order[range]`.
  ///   - scalars: values of the graph's scalar inputs, in the family's order.
  ///   - noise: key of this step's noise.
  ///   - clipNorm: the longest mean gradient that is applied as it is; nil for any.
  /// - Throws: `KernelError` where oneDNN refuses a product, `ShardFailure` where one fails, what the
  ///   source's `load` throws, `NonFiniteStep` where an objective, a gradient, a statistic or the update
  ///   is not finite; parameters and moments are untouched then.
  /// - Complexity: allocates nothing once a minibatch of this size has been seen.
  public func step(
    _ order: [UInt32], _ range: Range<Int>, from source: any ExampleSource, scalars: [Float],
    noise: (seed: UInt64, step: UInt32), update rule: UpdateRule, penalty: WeightPenalty,
    clipNorm: Double?
  ) throws -> StepOutcome {
    let count = range.count
    precondition(
      count > 0 && range.upperBound <= order.count, "minibatch \(range) of \(order.count)")
    let shards = min(shardCount, count)
    try prepare(count: count, shards: shards)
    activity.beginStep(Int(noise.step) + 1)
    defer { activity.endStep() }
    try source.load(order.span.extracting(range))
    forgetBoundsOfWhatWasSet()
    let update = unsafe SlicedUpdate(
      slabs: slabs.pointer, slabStride: slabStride, shards: shards,
      parameters: parameters.floats.pointer, firstMoment: momentBase(0),
      secondMoment: momentBase(1), rule: rule, penalty: penalty, meanScale: 1 / Float(count))
    unsafe order.withUnsafeBufferPointer { rows in
      unsafe scalars.withUnsafeBufferPointer { scalars in
        unsafe job.initialize(
          to: Job(
            family: family, replicas: replicas, source: source,
            rows: UnsafeBufferPointer(rebasing: rows[range]), scalars: scalars,
            noise: NoiseKey(seed: noise.seed, step: noise.step), update: update, slices: slices,
            checks: checks, failed: failed, next: next, activity: activity))
        next.reset()
        unsafe perform(workers: min(workerCount, shards), .shards) { job, worker, _ in
          unsafe job.computeShards(worker)
        }
      }
    }
    defer { unsafe job.deinitialize(count: 1) }
    for shard in 0..<shards where unsafe failed[shard] { throw ShardFailure(shard: shard) }
    let obstacle: Obstacle
    if let shard = (0..<shards).first(where: { !hasFiniteObjective($0) }) {
      obstacle = .objective(shard: shard)
    } else {
      switch updateParameters(clipNorm: clipNorm) {
      case .success(let norm):
        unsafe vaedp_tree_sum(slabs.pointer, slabStride, shards, layout.mirrorCount, slabStride)
        return StepOutcome(gradientNorm: norm, exampleCount: count)
      case .failure(let found): obstacle = found
      }
    }
    throw diagnosed(
      obstacle,
      Diagnosis(
        family: family, source: source, scalars: scalars,
        noise: NoiseKey(seed: noise.seed, step: noise.step), parameters: parameters,
        minibatch: Array(order[range]), shardCount: shards))
  }

  private func hasFiniteObjective(_ shard: Int) -> Bool {
    guard let objectiveOffset else { return true }
    return slabs.withSpan { $0[shard * slabStride + objectiveOffset].isFinite }
  }

  /// The sum over the last minibatch of a metric; nil where the graph has none of that name.
  public func metric(_ name: String) -> [Float]? {
    guard let range = layout.range(of: .metric(name)) else { return nil }
    return slabs.withSpan { span in range.map { span[$0] } }
  }

  /// Adds the last minibatch's metrics to running sums, in the order of the slab, without allocating.
  public func addMetrics(to sums: inout [Double]) {
    slabs.withSpan { span in
      for index in sums.indices { sums[index] += Double(span[layout.mirrorCount + index]) }
    }
  }

  /// Where a metric lies in the sums of `addMetrics`.
  public func metricRange(_ name: String) -> Range<Int>? {
    layout.range(of: .metric(name)).map {
      $0.lowerBound - layout.mirrorCount..<$0.upperBound - layout.mirrorCount
    }
  }

  /// Number of sums that `addMetrics` takes.
  public var metricCount: Int { slabStride - layout.mirrorCount }

  private func momentBase(_ index: Int) -> UnsafeMutablePointer<Float> {
    unsafe index < moments.count
      ? moments[index].floats.pointer : parameters.floats.pointer
  }

  /// Compiles what this size of minibatch needs and has not been seen yet.
  private func prepare(count: Int, shards: Int) throws(KernelError) {
    // Two sizes at most, that of the first shard and that of the last.
    for shard in stride(from: 0, to: shards, by: max(1, shards - 1)) {
      let rows = part(shard, of: shards, count: count).count
      for replica in replicas.prefix(min(workerCount, shards)) {
        _ = try replica.sequence(rows: rows, of: family)
      }
    }
  }

  /// Sums, checks, clips and updates; returns the gradient's norm before clipping. Where something is
  /// not finite, nothing has changed.
  private func updateParameters(clipNorm: Double?) -> Result<Double, Obstacle> {
    unsafe perform(workers: workerCount) { unsafe $0.sum($1, of: $2) }
    if let slice = unsafe checks.firstNonFiniteSum { return .failure(.sum(slice: slice)) }
    let norm = norm()
    if let clipNorm, norm > clipNorm {
      unsafe job.pointee.update.clipScale = Float(clipNorm / norm)
    }
    if unsafe !checks.areCertain {
      unsafe perform(workers: workerCount) { unsafe $0.rehearse($1, of: $2) }
      if let slice = unsafe checks.firstNonFiniteUpdate {
        unsafe checks.forget()
        return .failure(.update(slice: slice))
      }
    }
    unsafe perform(workers: workerCount) { unsafe $0.update($1, of: $2) }
    return .success(norm)
  }

  /// Root of the squares of what is trained; statistics are no gradients.
  private func norm() -> Double {
    var sum = 0.0
    for index in slices.indices {
      if case .trained = slices[index].role { unsafe sum += checks.squares[index] }
    }
    return sum.squareRoot()
  }

  /// What bounded parameters and moments says nothing of values that were set since.
  private func forgetBoundsOfWhatWasSet() {
    let settings = moments.reduce(parameters.settingCount) { $0 + $1.settingCount }
    if settings != seenSettings { unsafe checks.forget() }
    seenSettings = settings
  }

  private func perform(
    workers: Int, _ kind: StageClock.Kind = .update,
    _ body: @escaping @Sendable (borrowing Job, _ worker: Int, _ workers: Int) -> Void
  ) {
    let start = clock?.now
    unsafe Stage(job: job, workers: workers, times: clock?.times, body: body).run()
    if let clock, let start { clock.add(kind, workers: workers, since: start) }
  }
}

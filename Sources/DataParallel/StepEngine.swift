internal import CKernels
public import Examples
public import Execution
internal import GraphIR
internal import Kernels
public import Optimizers
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

  /// A failure in a shard.
  package init(shard: Int) { self.shard = shard }

  /// One line.
  public var description: String { "shard \(shard): a kernel of oneDNN failed" }
}

/// Trains parameters by minibatches cut into shards that workers compute side by side.
///
/// A step has two stages: the shards, and the update with what is left of the gradients; between them a
/// third that sums and checks where that must come first. Where the graph has collective operations, the shards
/// take one stage for each phase, and meet between them. Each is one `Stage`, and nobody waits in it for a
/// worker that has not come. Between them the coordinator sees to it that nothing is applied that is not
/// finite. Shards define
/// the arithmetic and workers only the speed: the same bits for any number of threads.
///
/// Safety: in the first stage worker `w` alone touches replica `w`, and the worker of shard `s` alone
/// slab `s` and the shard's kept rows; in the others a slice of parameters, state, slabs and sums is
/// touched by the worker alone that took it from the queue. `Team.perform` hands out each index once and
/// returns after all have finished, which orders every write before the next stage's reads.
@safe public final class StepEngine {
  /// The parameters, in shared memory.
  public let parameters: ParameterMemory
  /// What the optimiser keeps beside the parameters.
  public let states: [ParameterMemory]
  /// The average of the parameters over steps, which begins at them; nil where none is kept.
  public let average: ParameterMemory?
  /// Examples of the largest minibatch.
  public let batchSize: Int
  /// How many parts a minibatch is cut into.
  public let shardCount: Int
  private let fewestRows: Int
  /// Examples of the last minibatch.
  private(set) var minibatchCount = 0
  /// How many threads compute them at most. Measurements may lower it between steps, and raise it
  /// again up to the number that the engine was made for.
  public var workerCount: Int
  /// Times the stages of every step, where there is one.
  public var clock: StageClock?
  /// What its workers are doing, for a watchdog.
  public let activity: StepActivity

  let family: PlanFamily
  let slices: [Slice]
  let plan: Plan
  let slabs: AlignedFloats
  let slabStride: Int
  let kept: AlignedFloats
  private let keptRows: KeptRows
  private let columns: CSCMinibatch?
  private var sums: AlignedFloats?
  private let arrayCount: Int
  private let arrays: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  let norms: UnsafeMutablePointer<Double>
  private let sumOffsets: [Int]
  let replicas: [Replica]
  let gradientWorkers: [GradientWorker]
  let queue: SliceQueue
  let job: UnsafeMutablePointer<Job>
  let checks: SliceChecks
  private let magnitudes: UnsafeMutablePointer<Float>
  private var seenSettings = -1
  private let failed: UnsafeMutablePointer<Bool>
  private let next = ShardCounter()
  let layout: SlabLayout
  let exchange = Exchange()
  /// Where a shard's objective lies in its slab; nil where the graph measures none.
  private let objectiveOffset: Int?

  /// An engine for a differentiated training graph.
  ///
  /// - Parameters:
  ///   - stateCount: arrays that the update rule keeps beside the parameters.
  ///   - isAveraged: whether an average of the parameters is kept.
  ///   - batchSize: examples in a full minibatch.
  ///   - fewestRows: examples that a shard has at least, as far as the minibatch has so many.
  public init(
    _ family: PlanFamily, parameters: ParameterMemory, stateCount: Int, isAveraged: Bool = false,
    batchSize: Int, shardCount: Int, threadCount: Int, fewestRows: Int = 1
  ) {
    self.family = family
    self.parameters = parameters
    (self.batchSize, self.shardCount) = (batchSize, shardCount)
    self.fewestRows = fewestRows
    workerCount = max(1, threadCount)
    activity = StepActivity(workerCount: max(1, threadCount))
    states = (0..<stateCount).map { _ in ParameterMemory(family.table) }
    average = isAveraged ? ParameterMemory(family.table) : nil
    average?.copy(parameters)
    // The last shard is the largest.
    let shards = max(1, min(shardCount, batchSize / fewestRows))
    let rows = part(shards - 1, of: shards, count: batchSize).count
    let plan = family.plan(Batch(rows: rows, of: batchSize))
    (self.plan, layout) = (plan, plan.slab)
    let slices = plan.slices(of: family.table)
    self.slices = slices
    objectiveOffset = layout.range(of: .metric("objective"))?.lowerBound
    slabStride = layout.count
    slabs = AlignedFloats(count: slabStride * shardCount)
    kept = AlignedFloats(count: plan.keptWidths.reduce(0, +) * batchSize)
    unsafe keptRows = KeptRows(kept.pointer, widths: plan.keptWidths, batchSize: batchSize)
    columns = plan.sparseColumns(
      shards: shardCount,
      // A smaller minibatch, where it has fewer shards, has at most the second number in each.
      rowsPerShard: max((batchSize + shards - 1) / shards, 2 * fewestRows - 1), family.sparsity)
    sumOffsets = slices.reduce(into: [0]) {
      $0.append($0[$0.count - 1] + ($1.isTile ? ($1.count + 15) / 16 * 16 : 0))
    }
    let largestTile = slices.lazy.filter(\.isTile).map(\.count).max() ?? 0
    replicas = (0..<min(workerCount, shardCount)).map { _ in Replica() }
    gradientWorkers = (0..<workerCount).map { _ in GradientWorker(largestTile: largestTile) }
    queue = SliceQueue(
      costs: slices.map { $0.cost(examples: batchSize, shards: shards) }, workers: workerCount)
    unsafe job = .allocate(capacity: 1)
    let memories = [parameters] + states + (average.map { [$0] } ?? [])
    arrayCount = memories.count
    unsafe arrays = .allocate(capacity: memories.count)
    for (index, memory) in memories.enumerated() { unsafe arrays[index] = memory.floats.pointer }
    unsafe norms = .allocate(capacity: family.table.entries.count)
    unsafe checks = SliceChecks(slices, arrayCount: memories.count, workers: workerCount)
    unsafe magnitudes = .allocate(capacity: shardCount * (plan.keptWidths.count + 1))
    unsafe failed = .allocate(capacity: shardCount)
  }

  deinit {
    unsafe job.deallocate()
    unsafe arrays.deallocate()
    unsafe norms.deallocate()
    unsafe checks.deallocate()
    unsafe magnitudes.deallocate()
    unsafe failed.deallocate()
  }

  /// Bytes of memory beside the parameters and what is kept of them.
  public var workingByteCount: Int {
    let shared = slabs.count + kept.count + exchange.count + (sums?.count ?? 0)
    return replicas.reduce(shared * 4) { $0 + $1.byteCount }
      + gradientWorkers.reduce(0) { $0 + $1.byteCount }
  }

  /// One optimiser step on a minibatch.
  ///
  /// - Parameters:
  ///   - order: example positions; the minibatch is `order[range]`.
  ///   - scalars: values of the graph's scalar inputs, in the family's order.
  ///   - noise: key of this step's noise.
  ///   - rule: the optimiser's step, of as many states as the engine keeps.
  ///   - clipNorm: the longest mean gradient that is applied as it is; nil for any.
  ///   - averageWeight: what the new parameters weigh in their average, where the engine keeps one.
  /// - Throws: `KernelError` where oneDNN refuses a product, `ShardFailure` where one fails, what the
  ///   source's `load` throws, `NonFiniteStep` where an objective, a gradient, a statistic or the update
  ///   is not finite; parameters and what is kept of them are untouched then.
  /// - Complexity: allocates nothing once a minibatch of this size has been seen.
  public func step(
    _ order: [UInt32], _ range: Range<Int>, from source: any ExampleSource, scalars: [Float],
    noise: (seed: UInt64, step: UInt32), update rule: UpdateRule, penalty: WeightPenalty,
    clipNorm: Double?, averageWeight: Double? = nil
  ) throws -> StepOutcome {
    let count = range.count
    precondition(
      count > 0 && count <= batchSize && range.upperBound <= order.count,
      "minibatch \(range) of \(order.count), \(batchSize) at most")
    precondition(
      rule.stateCount <= states.count && (averageWeight == nil) == (average == nil),
      "a rule of \(rule.stateCount) states and the average's weight \(averageWeight ?? .nan) for an engine of "
        + "\(states.count) states, \(average == nil ? "without" : "with") an average")
    minibatchCount = count
    let shards = shards(of: count)
    let keepsSums = clipNorm != nil || rule.normalizesGradients
    let phases = try prepare(count: count, shards: shards, keepingSums: keepsSums)
    activity.beginStep(Int(noise.step) + 1)
    defer { activity.endStep() }
    try source.load(order.span.extracting(range))
    forgetBoundsOfWhatWasSet()
    let update = unsafe SlicedUpdate(
      arrays: UnsafePointer(arrays), arrayCount: arrayCount, rule: rule, penalty: penalty,
      averageWeight: averageWeight.map { Float($0) }, meanScale: 1 / Float(count),
      norms: UnsafePointer(norms))
    let gradients = unsafe gradients(examples: count, shards: shards, keepingSums: keepsSums)
    unsafe order.withUnsafeBufferPointer { rows in
      unsafe scalars.withUnsafeBufferPointer { scalars in
        unsafe job.initialize(
          to: Job(
            family: family, replicas: replicas, source: source,
            rows: UnsafeBufferPointer(rebasing: rows[range]), scalars: scalars,
            noise: NoiseKey(seed: noise.seed, step: noise.step), failed: failed, next: next,
            activity: activity, exchange: exchange, phases: phases, gradients: gradients,
            update: update))
        computeShards(shards, phases)
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
        return StepOutcome(gradientNorm: norm, exampleCount: count)
      case .failure(let found): obstacle = found
      }
    }
    throw diagnosed(
      obstacle,
      Diagnosis(
        family: family, source: source, scalars: scalars,
        noise: NoiseKey(seed: noise.seed, step: noise.step), parameters: parameters,
        minibatch: Array(order[range]), shardCount: shards,
        outcomes: { [exchange] in exchange.outcomes(phases, first: $0) }))
  }

  /// The phases of all shards, with their meetings; ends after the first in which a shard fails.
  private func computeShards(_ shards: Int, _ phases: Phases) {
    for phase in 0..<phases.count {
      unsafe job.pointee.phase = phase
      next.reset()
      unsafe perform(workers: min(workerCount, shards), .shards) { job, worker, _ in
        unsafe job.computeShards(worker)
      }
      if phase + 1 == phases.count { return }
      if (0..<shards).contains(where: { unsafe failed[$0] }) { return }
      exchange.meet(after: phase, of: phases, shards: shards)
    }
  }

  /// How many shards a minibatch is cut into.
  func shards(of count: Int) -> Int { max(1, min(shardCount, count / fewestRows)) }

  private func hasFiniteObjective(_ shard: Int) -> Bool {
    guard let objectiveOffset else { return true }
    return slabs.withSpan { $0[shard * slabStride + objectiveOffset].isFinite }
  }

  /// Compiles what this size of minibatch needs and has not been seen yet; returns where its shards meet.
  private func prepare(count: Int, shards: Int, keepingSums: Bool) throws(KernelError) -> Phases {
    let last = family.plan(
      Batch(rows: part(shards - 1, of: shards, count: count).count, of: count))
    // Two sizes at most, that of the first shard and that of the last.
    for shard in stride(from: 0, to: shards, by: max(1, shards - 1)) {
      let batch = Batch(rows: part(shard, of: shards, count: count).count, of: count)
      let plan = family.plan(batch)
      precondition(
        plan.weightGradients == self.plan.weightGradients && plan.phases.meets(last.phases),
        "shards of \(batch.rows) rows defer other gradients, or meet elsewhere")
      exchange.reserve(plan.phases, shards: shards)
      for replica in replicas.prefix(min(workerCount, shards)) {
        _ = try replica.sequence(batch, of: family)
      }
    }
    for worker in gradientWorkers.prefix(workerCount) {
      try worker.prepare(examples: count, plan)
    }
    if keepingSums, sums == nil { sums = AlignedFloats(count: sumOffsets[slices.count]) }
    return last.phases
  }

  private func gradients(examples: Int, shards: Int, keepingSums: Bool) -> StepGradients {
    unsafe checks.beginStep()
    let minibatch = unsafe KeptMinibatch(
      examples: examples, shards: shards, rows: keptRows, columns: columns)
    return unsafe StepGradients(
      slabs: slabs.pointer, slabStride: slabStride, slabGradientCount: layout.gradientCount,
      minibatch: minibatch, slices: slices, products: plan.weightGradients,
      workers: gradientWorkers, queue: queue, checks: checks, magnitudes: magnitudes,
      sums: keepingSums ? sums?.pointer : nil, sumOffsets: sumOffsets)
  }

  /// What bounded parameters and state says nothing of values that were set since.
  private func forgetBoundsOfWhatWasSet() {
    let settings = states.reduce(parameters.settingCount + (average?.settingCount ?? 0)) {
      $0 + $1.settingCount
    }
    if settings != seenSettings { unsafe checks.forget() }
    seenSettings = settings
  }
}

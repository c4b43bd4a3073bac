internal import CKernels
internal import Diagnosis
internal import Examples
internal import Execution
internal import GraphIR
internal import GraphRuns
internal import Kernels
internal import Storage

/// A player's part of a step: its loss over the minibatch, computed in shards, and the update of its own parameters.
///
/// It has two stages: the shards, and the update with what is left of the gradients; between them a third that
/// sums and checks where that must come first. Where the graph has collective operations, the shards take one
/// stage for each phase, and meet between them. Each is one `Stage`, and nobody waits in it for a worker that has
/// not come. Between them the coordinator sees to it that nothing is applied that is not finite.
///
/// Safety: in the first stage worker `w` alone touches replica `w`, and the worker of shard `s` alone
/// gradient buffer `s` and the shard's saved operands; in the others a slice of parameters, state, gradient buffers and sums is
/// touched by the worker alone that took it from the queue. `Team.perform` hands out each index once and
/// returns after all have finished, which orders every write before the next stage's reads.
@safe final class Turn {
  /// The metric that is the player's loss.
  let loss: String
  let family: PlanFamily
  let memory: StepMemory
  let workers: StepWorkers
  let shardCount: Int
  private let fewestRows: Int
  let slices: [Slice]
  let plan: Plan
  let layout: OutputLayout
  let gradientBuffers: AlignedFloats
  let bufferStride: Int
  let saved: AlignedFloats
  private let savedOperands: SavedOperands
  private let columns: CSCMinibatch?
  private var sums: AlignedFloats?
  private let sumOffsets: [Int]
  let norms: UnsafeMutablePointer<Double>
  let replicas: [Replica]
  let gradientWorkers: [GradientWorker]
  let queue: SliceQueue
  let job: UnsafeMutablePointer<Job>
  let checks: SliceChecks
  let groups: UnsafeMutablePointer<GroupUpdate>
  let groupCount: Int
  /// What it changed last; nil where no other turn comes after it.
  private let journal: Journal?
  private let magnitudes: UnsafeMutablePointer<Float>
  private let failed: UnsafeMutablePointer<Bool>
  private let next = ShardCounter()
  let exchange = Exchange()
  private var phases: Phases
  /// Where a shard's loss lies in its gradient buffer; nil where the graph measures none.
  private let lossOffset: Int?

  /// A turn.
  ///
  /// - Parameters:
  ///   - groups: the group of each parameter of the table.
  ///   - isLast: whether nothing comes after it that could still fail.
  init(
    _ player: Player, memory: StepMemory, workers: StepWorkers, groups: [Int],
    batchSize: Int, shardCount: Int, fewestRows: Int, isLast: Bool
  ) {
    let family = player.family
    (loss, self.family) = (player.loss, family)
    self.memory = memory
    self.workers = workers
    self.shardCount = shardCount
    self.fewestRows = fewestRows
    // The last shard is the largest.
    let shards = max(1, min(shardCount, batchSize / fewestRows))
    let plan = family.plan(batch(shards - 1, of: shards, count: batchSize))
    (self.plan, layout, phases) = (plan, plan.outputLayout, plan.phases)
    let slices = plan.slices(of: family.table, groups: groups)
    self.slices = slices
    lossOffset = layout.range(of: .metric(player.loss))?.lowerBound
    bufferStride = layout.count
    gradientBuffers = AlignedFloats(count: bufferStride * shardCount)
    saved = AlignedFloats(count: plan.savedWidths.reduce(0, +) * batchSize)
    unsafe savedOperands = SavedOperands(
      saved.pointer, widths: plan.savedWidths, batchSize: batchSize)
    columns = plan.sparseColumns(
      shards: shardCount,
      // A smaller minibatch, where it has fewer shards, has at most the second number in each.
      rowsPerShard: max((batchSize + shards - 1) / shards, 2 * fewestRows - 1),
      family.sparsity.values.first)
    sumOffsets = slices.reduce(into: [0]) {
      $0.append($0[$0.count - 1] + ($1.isTile ? ($1.count + 15) / 16 * 16 : 0))
    }
    let largestTile = slices.lazy.filter(\.isTile).map(\.count).max() ?? 0
    replicas = workers.workspaces.map { Replica(workspace: $0) }
    gradientWorkers = (0..<workers.count).map { _ in GradientWorker(largestTile: largestTile) }
    queue = SliceQueue(
      costs: slices.map { $0.cost(examples: batchSize, shards: shards) }, workers: workers.count)
    journal = isLast ? nil : Journal(slices, arrayCount: memory.arrayCount)
    groupCount = (groups.max() ?? 0) + 1
    unsafe self.groups = .allocate(capacity: groupCount)
    unsafe self.groups.initialize(repeating: .nothing, count: groupCount)
    unsafe job = .allocate(capacity: 1)
    unsafe norms = .allocate(capacity: family.table.entries.count)
    unsafe checks = SliceChecks(slices, arrayCount: memory.arrayCount, workers: workers.count)
    unsafe magnitudes = .allocate(capacity: shardCount * (plan.savedWidths.count + 1))
    unsafe failed = .allocate(capacity: shardCount)
  }

  deinit {
    unsafe job.deallocate()
    unsafe norms.deallocate()
    unsafe checks.deallocate()
    unsafe groups.deinitialize(count: groupCount)
    unsafe groups.deallocate()
    unsafe magnitudes.deallocate()
    unsafe failed.deallocate()
  }

  /// Bytes of its memory, that of the workers left out.
  var byteCount: Int {
    (gradientBuffers.count + saved.count + exchange.count + (sums?.count ?? 0)) * 4
      + gradientWorkers.reduce(0) { $0 + $1.byteCount } + (journal?.byteCount ?? 0)
  }

  /// How many shards a minibatch is cut into.
  func shards(of count: Int) -> Int { max(1, min(shardCount, count / fewestRows)) }

  /// Compiles what this size of minibatch needs and has not been seen yet.
  ///
  /// - Throws: `KernelError` where oneDNN refuses a product.
  func prepare(count: Int, _ updates: [GroupUpdate]) throws(KernelError) {
    for index in 0..<groupCount { unsafe groups[index] = updates[index] }
    let shards = shards(of: count)
    let last = family.plan(batch(shards - 1, of: shards, count: count))
    // Two sizes at most, that of the first shard and that of the last; but for what depends on the place.
    for shard in stride(from: 0, to: shards, by: family.seesPlace ? 1 : max(1, shards - 1)) {
      let batch = batch(shard, of: shards, count: count)
      let plan = family.plan(batch)
      precondition(
        plan.weightGradients == self.plan.weightGradients && plan.phases.meets(last.phases),
        "shards of \(batch.rows) rows defer other gradients, or meet elsewhere")
      exchange.reserve(plan.phases, shards: shards)
      for replica in replicas.prefix(min(workers.count, shards)) {
        _ = try replica.sequence(batch, of: family)
      }
    }
    for worker in gradientWorkers.prefix(workers.count) {
      try worker.prepare(examples: count, plan)
    }
    if needsNorms, sums == nil { sums = AlignedFloats(count: sumOffsets[slices.count]) }
    phases = last.phases
  }

  /// Whether some gradients are needed as a whole before any is applied.
  var needsNorms: Bool { (0..<groupCount).contains { unsafe groups[$0].needsNorms } }

  /// Computes the minibatch and applies what it comes to; returns the gradient's norm before clipping.
  ///
  /// - Precondition: `prepare` was called for so many examples.
  /// - Throws: `ShardFailure`, `NonFiniteStep`; nothing has changed then.
  func take(
    _ order: [UInt32], _ range: Range<Int>, from source: ExampleSource, scalars: [Float],
    noise: NoiseKey, averageWeight: Float?
  ) throws -> Double {
    let (count, shards, phases) = (range.count, shards(of: range.count), phases)
    let update = unsafe SlicedUpdate(
      arrays: UnsafePointer(memory.arrays), arrayCount: memory.arrayCount,
      groups: UnsafePointer(groups),
      averageWeight: averageWeight, meanScale: 1 / Float(count), norms: UnsafePointer(norms),
      journal: journal)
    let gradients = unsafe gradients(examples: count, shards: shards)
    unsafe order.withUnsafeBufferPointer { positions in
      unsafe scalars.withUnsafeBufferPointer { scalars in
        unsafe job.initialize(
          to: Job(
            family: family, replicas: replicas, source: source,
            positions: UnsafeBufferPointer(rebasing: positions[range]), scalars: scalars,
            noise: noise, failed: failed, next: next,
            activity: workers.activity, exchange: exchange, phases: phases, gradients: gradients,
            update: update))
        computeShards(shards, phases)
      }
    }
    defer { unsafe job.deinitialize(count: 1) }
    for shard in 0..<shards where unsafe failed[shard] { throw ShardFailure(shard: shard) }
    let obstacle: Obstacle
    if let shard = (0..<shards).first(where: { !hasFiniteLoss($0) }) {
      obstacle = .objective(shard: shard)
    } else {
      switch updateParameters() {
      case .success(let norm): return norm
      case .failure(let found): obstacle = found
      }
    }
    throw diagnosed(
      obstacle,
      Diagnosis(
        family: family, source: source, scalars: scalars, noise: noise,
        parameters: memory.parameters, minibatch: Array(order[range]), shardCount: shards,
        outcomes: { [exchange] in exchange.outcomes(phases, at: $0) }))
  }

  /// Puts back what the last update changed.
  func undo() {
    unsafe journal?.undo(slices, in: UnsafePointer(memory.arrays))
    unsafe checks.forget()
  }

  /// The phases of all shards, with their meetings; ends after the first in which a shard fails.
  private func computeShards(_ shards: Int, _ phases: Phases) {
    for phase in 0..<phases.count {
      unsafe job.pointee.phase = phase
      next.reset()
      unsafe perform(workers: min(workers.count, shards), .shards) { job, worker, _ in
        unsafe job.computeShards(worker)
      }
      if phase + 1 == phases.count { return }
      if (0..<shards).contains(where: { unsafe failed[$0] }) { return }
      exchange.meet(after: phase, of: phases, shards: shards)
    }
  }

  private func hasFiniteLoss(_ shard: Int) -> Bool {
    guard let lossOffset else { return true }
    return gradientBuffers.withSpan { $0[shard * bufferStride + lossOffset].isFinite }
  }

  private func gradients(examples: Int, shards: Int) -> StepGradients {
    unsafe checks.beginStep()
    let minibatch = unsafe MinibatchOperands(
      examples: examples, shards: shards, rows: savedOperands, columns: columns)
    return unsafe StepGradients(
      gradientBuffers: gradientBuffers.pointer, bufferStride: bufferStride,
      bufferGradientCount: layout.gradientCount,
      minibatch: minibatch, slices: slices, products: plan.weightGradients,
      workers: gradientWorkers, queue: queue, checks: checks, magnitudes: magnitudes,
      sums: needsNorms ? sums?.pointer : nil, sumOffsets: sumOffsets)
  }
}

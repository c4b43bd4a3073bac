public import Examples
public import Execution
internal import GraphRuns
internal import Kernels
public import Optimizers
internal import Storage

/// What a step left behind besides the parameters.
public struct StepOutcome: Sendable, Hashable {
  /// Euclidean norm of the first player's mean gradient over the minibatch, before clipping.
  public var gradientNorm: Double
  /// Examples in the minibatch.
  public var exampleCount: Int
}

/// A loss and the parameters that it is minimised over.
public struct Player {
  /// The metric of its graph that is the loss.
  public var loss: String
  /// Its differentiated training graph. The gradients and statistics in it are what the player changes.
  var family: PlanFamily

  /// A player.
  public init(loss: String, family: PlanFamily) { (self.loss, self.family) = (loss, family) }
}

/// Trains parameters by minibatches cut into shards that workers compute side by side.
///
/// A step is one or more turns, one for each player: a loss, and the parameters that it is minimised over. They
/// are taken one after another on the same minibatch, each with the parameters as the one before has left them.
/// A step is applied as a whole or not at all. Shards define the arithmetic and workers only the speed: the same
/// bits for any number of threads.
public final class StepEngine {
  /// Examples of the largest minibatch.
  public let batchSize: Int
  /// How many parts a minibatch is cut into.
  public let shardCount: Int
  let turns: [Turn]
  let memory: StepMemory
  let workers: StepWorkers
  /// Metrics of the last minibatch, those of all turns side by side, shard by shard.
  let measured: AlignedFloats
  /// Examples of the last minibatch.
  private(set) var minibatchCount = 0
  private var seenSettings = -1
  /// The update of the only group, where there is one.
  private var update: [GroupUpdate] = []

  /// An engine for players.
  ///
  /// - Parameters:
  ///   - players: in the order of their turns; none changes what another does.
  ///   - groups: the group of each parameter of the table; one group where empty.
  ///   - stateCount: arrays that the update rules keep beside the parameters.
  ///   - isAveraged: whether an average of the parameters is kept.
  ///   - batchSize: examples in a full minibatch.
  ///   - fewestRows: examples that a shard has at least, as far as the minibatch has so many.
  public init(
    _ players: [Player], groups: [Int] = [], parameters: ParameterMemory,
    stateCount: Int, isAveraged: Bool = false, batchSize: Int, shardCount: Int, threadCount: Int,
    fewestRows: Int = 1
  ) {
    (self.batchSize, self.shardCount) = (batchSize, shardCount)
    let memory = StepMemory(parameters, stateCount: stateCount, isAveraged: isAveraged)
    let workers = StepWorkers(count: threadCount, shardCount: shardCount)
    (self.memory, self.workers) = (memory, workers)
    let groups =
      groups.isEmpty ? parameters.table.entries.map { _ in 0 } : groups
    turns = players.enumerated().map { index, player in
      Turn(
        player, memory: memory, workers: workers, groups: groups,
        batchSize: batchSize, shardCount: shardCount, fewestRows: fewestRows,
        isLast: index == players.count - 1)
    }
    let changed = turns.flatMap { Set($0.slices.map(\.parameter)) }
    precondition(Set(changed).count == changed.count, "two players change the same parameter")
    measured = AlignedFloats(count: shardCount * turns.reduce(0) { $0 + $1.metricCount })
  }

  /// An engine for one player whose parameters are one group.
  public convenience init(
    _ family: PlanFamily, parameters: ParameterMemory, stateCount: Int, isAveraged: Bool = false,
    batchSize: Int, shardCount: Int, threadCount: Int, fewestRows: Int = 1
  ) {
    self.init(
      [Player(loss: "objective", family: family)], parameters: parameters, stateCount: stateCount,
      isAveraged: isAveraged, batchSize: batchSize, shardCount: shardCount,
      threadCount: threadCount, fewestRows: fewestRows)
  }

  /// The parameters, in shared memory.
  public var parameters: ParameterMemory { memory.parameters }
  /// What the optimisers keep beside the parameters.
  public var states: [ParameterMemory] { memory.states }
  /// The average of the parameters over steps, which begins at them; nil where none is kept.
  public var average: ParameterMemory? { memory.average }
  /// What its workers are doing, for a watchdog.
  public var activity: StepActivity { workers.activity }
  /// How many threads compute the shards at most. Measurements may lower it between steps, and raise it
  /// again up to the number that the engine was made for.
  public var workerCount: Int {
    get { workers.count }
    set { workers.count = newValue }
  }
  /// Times the stages of every step, where there is one.
  public var clock: StageClock? {
    get { workers.clock }
    set { workers.clock = newValue }
  }

  /// Bytes of memory beside the parameters and what is kept of them.
  public var workingByteCount: Int {
    turns.reduce(workers.workspaces.reduce(measured.count * 4) { $0 + $1.byteCount }) {
      $0 + $1.byteCount
    }
  }

  /// One optimiser step on a minibatch.
  ///
  /// - Parameters:
  ///   - order: example positions; the minibatch is `order[range]`.
  ///   - source: of the players' fields, in their order.
  ///   - scalars: values of the graph's scalar inputs, in the family's order.
  ///   - noise: key of this step's noise.
  ///   - updates: what is done to each group of parameters; rules of no more states than the engine keeps.
  ///   - averageWeight: what the new parameters weigh in their average, where the engine keeps one.
  /// - Throws: `KernelError` where oneDNN refuses a product, `ShardFailure` where one fails, what the
  ///   source's `load` throws, `NonFiniteStep` where an objective, a gradient, a statistic or the update
  ///   is not finite; parameters and what is kept of them are untouched then.
  /// - Complexity: allocates nothing once a minibatch of this size has been seen.
  public func step(
    _ order: [UInt32], _ range: Range<Int>, from source: ExampleSource, scalars: [Float],
    noise: (seed: UInt64, step: UInt32), updates: [GroupUpdate], averageWeight: Double? = nil
  ) throws -> StepOutcome {
    let count = range.count
    precondition(
      count > 0 && count <= batchSize && range.upperBound <= order.count,
      "minibatch \(range) of \(order.count), \(batchSize) at most")
    precondition(
      updates.allSatisfy { $0.rule.stateCount <= states.count }
        && (averageWeight == nil) == (average == nil),
      "rules of \(updates.map(\.rule.stateCount)) states and the average's weight \(averageWeight ?? .nan) for an "
        + "engine of \(states.count) states, \(average == nil ? "without" : "with") an average")
    for turn in turns { turn.family.require(source) }
    minibatchCount = count
    for turn in turns { try turn.prepare(count: count, updates) }
    activity.beginStep(Int(noise.step) + 1)
    defer { activity.endStep() }
    try source.load(order.span.extracting(range))
    forgetBoundsOfWhatWasSet()
    var norm = 0.0
    for index in turns.indices {
      do {
        let own = try turns[index].take(
          order, range, from: source, scalars: scalars,
          noise: NoiseKey(seed: noise.seed, step: noise.step),
          averageWeight: averageWeight.map { Float($0) })
        if index == 0 { norm = own }
      } catch {
        for earlier in turns[..<index] { earlier.undo() }
        throw error
      }
    }
    collectMetrics()
    return StepOutcome(gradientNorm: norm, exampleCount: count)
  }

  /// One optimiser step where all parameters are one group.
  ///
  /// - Parameters:
  ///   - rule: the optimiser's step.
  ///   - clipNorm: the longest mean gradient that is applied as it is; nil for any.
  /// - Throws: as the other.
  public func step(
    _ order: [UInt32], _ range: Range<Int>, from source: ExampleSource, scalars: [Float],
    noise: (seed: UInt64, step: UInt32), update rule: UpdateRule, penalty: WeightPenalty,
    clipNorm: Double?, averageWeight: Double? = nil
  ) throws -> StepOutcome {
    let update = GroupUpdate(rule: rule, penalty: penalty, clipNorm: clipNorm)
    if self.update.isEmpty { self.update = [update] } else { self.update[0] = update }
    return try step(
      order, range, from: source, scalars: scalars, noise: noise, updates: self.update,
      averageWeight: averageWeight)
  }

  /// What bounded parameters and state says nothing of values that were set since.
  private func forgetBoundsOfWhatWasSet() {
    let settings = memory.settingCount
    if settings != seenSettings { for turn in turns { unsafe turn.checks.forget() } }
    seenSettings = settings
  }
}

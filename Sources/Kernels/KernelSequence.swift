internal import CKernels
package import GraphIR
package import KernelCalls
package import Storage

/// What distinguishes the noise of one run from another's; see `RandomStreams`.
package struct NoiseKey: Hashable, Sendable {
  /// Seed and purpose.
  package var seed: UInt64
  /// Optimiser step, or whatever counts the draws.
  package var step: UInt32

  /// A key.
  package init(seed: UInt64, step: UInt32) {
    self.seed = seed
    self.step = step
  }
}

/// Memory in which one worker runs kernel sequences; grows to the largest of them.
package final class Workspace {
  package private(set) var arena = AlignedFloats(count: 0)
  fileprivate private(set) var scratch = AlignedFloats(count: 0)
  /// For a minibatch of one shard, which meets itself alone.
  fileprivate private(set) var block = AlignedFloats(count: 0)
  fileprivate private(set) var exchange = AlignedFloats(count: 0)

  /// An empty workspace.
  package init() {}

  /// Bytes that it holds.
  package var byteCount: Int {
    (arena.count + scratch.count + block.count + exchange.count) * MemoryLayout<Float>.stride
  }

  /// Overwrites all of it.
  package func poison(_ value: Float) {
    arena.fill(value)
    scratch.fill(value)
    block.fill(value)
    exchange.fill(value)
  }

  fileprivate func reserve(arena arenaCount: Int, scratch scratchCount: Int) {
    if arena.count < arenaCount { arena = AlignedFloats(count: arenaCount) }
    if scratch.count < scratchCount { scratch = AlignedFloats(count: scratchCount) }
  }

  fileprivate func reserve(_ phases: Phases) {
    if block.count < phases.shardCount { block = AlignedFloats(count: phases.shardCount) }
    if exchange.count < phases.exchangeCount {
      exchange = AlignedFloats(count: phases.exchangeCount)
    }
  }
}

/// Kernel calls ready to run again and again on one thread at a time, without allocating.
@safe package final class KernelSequence {
  private let calls: [PreparedCall]
  private let bases: Bases
  private let workspace: Workspace
  private let phases: Phases

  /// The library's kernel that each call runs on; nil where it is our own.
  package var implementations: [String?] { calls.map { $0.product?.implementation } }

  /// Number of kernel calls of a run.
  package var count: Int { calls.count }

  /// Prepares calls and makes the workspace large enough for them.
  ///
  /// - Parameters:
  ///   - phases: where shards meet; nowhere if nil.
  ///   - savedCount: arrays beyond the run, each of which `save` must be told before the first.
  ///   - precision: what products multiply.
  /// - Throws: `KernelError` where oneDNN refuses a product.
  package init(
    _ calls: [Call<Place>], phases: Phases? = nil, arenaCount: Int, savedCount: Int = 0,
    workspace: Workspace, precision: Precision = .float32
  ) throws(KernelError) {
    self.phases = phases ?? Phases(callCount: calls.count)
    var prepared: [PreparedCall] = []
    for call in calls { prepared.append(try call.prepared(precision)) }
    self.calls = prepared
    workspace.reserve(arena: arenaCount, scratch: prepared.map(\.scratchCount).max() ?? 0)
    self.workspace = workspace
    unsafe bases = .allocate(capacity: Int(Space.saved(savedCount).rawValue))
  }

  deinit { unsafe bases.deallocate() }

  /// Says where the following runs write their rows of a saved operand.
  package func save(_ index: Int, at rows: UnsafeMutablePointer<Float>) {
    unsafe bases[Int(Space.saved(index).rawValue)] = rows
  }

  /// Where an input of a shard goes: in the arena, in the shard's block, or where the following runs keep it.
  ///
  /// - Parameter memory: the shard's; nil where it is the whole minibatch.
  package func address(of input: Place, _ memory: ShardMemory? = nil) -> UnsafeMutablePointer<Float>
  {
    unsafe bases[Int(Space.arena.rawValue)] = workspace.arena.pointer
    unsafe bases[Int(Space.shard.rawValue)] = (memory ?? ownMemory()).block
    return unsafe input.address(bases)
  }

  /// Makes all calls in order, as a minibatch of one shard.
  ///
  /// - Parameters:
  ///   - parameters: the base of the parameters.
  ///   - outputs: the base of the shard's outputs.
  ///   - ids: one id per example, from which its noise derives, and its row of sparse examples.
  ///   - examples: the non-zeros of all examples, where calls read them.
  ///   - made: told of each call that has been made.
  /// - Returns: false where a product failed, or non-zeros are missing.
  /// - Complexity: allocates nothing of its own, but for the first run of one that meets.
  package func run(
    parameters: UnsafePointer<Float>, outputs: UnsafeMutablePointer<Float>,
    ids: UnsafePointer<UInt32>, noise: NoiseKey, examples: CSRMatrix? = nil,
    made: (_ call: Int) -> Void = { _ in }
  ) -> Bool {
    for phase in 0..<phases.count {
      let isFine = unsafe run(
        phase: phase, ownMemory(), parameters: parameters, outputs: outputs, ids: ids, noise: noise,
        examples: examples, made: made)
      if !isFine { return false }
    }
    return true
  }

  /// Makes the calls of one phase of a shard, and hands out what the shards exchange after it.
  ///
  /// - Parameter memory: the shard's.
  package func run(
    phase: Int, _ memory: ShardMemory, parameters: UnsafePointer<Float>,
    outputs: UnsafeMutablePointer<Float>, ids: UnsafePointer<UInt32>, noise: NoiseKey,
    examples: CSRMatrix? = nil, made: (_ call: Int) -> Void = { _ in }
  ) -> Bool {
    let before = vaedp_flush_subnormals()
    defer { vaedp_restore_subnormals(before) }
    unsafe begin(phase, memory, parameters, outputs)
    let context = unsafe RunContext(
      bases: bases, scratch: workspace.scratch.pointer, ids: ids, noise: noise, rows: examples)
    for index in phases.calls(phase) {
      if !calls[index].run(context) { return false }
      made(index)
    }
    unsafe end(phase, memory)
    return true
  }

  private func ownMemory() -> ShardMemory {
    workspace.reserve(phases)
    let shared = unsafe workspace.exchange.pointer
    return unsafe ShardMemory(
      block: workspace.block.pointer, own: shared, shared: shared, place: .alone)
  }

  private func begin(
    _ phase: Int, _ memory: ShardMemory, _ parameters: UnsafePointer<Float>,
    _ outputs: UnsafeMutablePointer<Float>
  ) {
    unsafe bases[Int(Space.arena.rawValue)] = workspace.arena.pointer
    unsafe bases[Int(Space.parameters.rawValue)] = UnsafeMutablePointer(mutating: parameters)
    unsafe bases[Int(Space.outputs.rawValue)] = outputs
    unsafe bases[Int(Space.shard.rawValue)] = memory.block
    unsafe bases[Int(Space.exchange.rawValue)] = memory.shared
    if phase == 0 { return }
    for meeting in phases.meetings[phase - 1] { unsafe meeting.take(bases, memory) }
  }

  private func end(_ phase: Int, _ memory: ShardMemory) {
    if phase + 1 == phases.count { return }
    for meeting in phases.meetings[phase] { unsafe meeting.handOut(bases, memory) }
  }
}

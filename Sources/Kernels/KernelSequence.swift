internal import CKernels
internal import COneDNN
package import GraphIR
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

  /// An empty workspace.
  package init() {}

  /// Bytes that it holds.
  package var byteCount: Int { (arena.count + scratch.count) * MemoryLayout<Float>.stride }

  fileprivate func reserve(arena arenaCount: Int, scratch scratchCount: Int) {
    if arena.count < arenaCount { arena = AlignedFloats(count: arenaCount) }
    if scratch.count < scratchCount { scratch = AlignedFloats(count: scratchCount) }
  }
}

/// Kernel calls ready to run again and again on one thread at a time, without allocating.
@safe package final class KernelSequence {
  private let steps: UnsafeMutableBufferPointer<Step>
  private let loops: [LoopKernel]
  private let products: [ProductKernel]
  private let bases: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let workspace: Workspace

  /// The library's kernels for the products, in order of the calls.
  package var implementations: [String] { products.map(\.implementation) }

  /// Number of kernel calls of a run.
  package var count: Int { unsafe steps.count }

  /// Prepares calls and makes the workspace large enough for them.
  ///
  /// - Parameters:
  ///   - keptCount: arrays beyond the run, each of which `keep` must be told before the first.
  ///   - precision: what products multiply.
  /// - Throws: `KernelError` where oneDNN refuses a product.
  package init(
    _ calls: [KernelCall], arenaCount: Int, keptCount: Int = 0, workspace: Workspace,
    precision: Precision = .float32
  ) throws(KernelError) {
    var loops: [LoopKernel] = []
    var products: [ProductKernel] = []
    var scratchCount = 0
    var built: [Step] = unsafe []
    for call in calls {
      let (step, needed) = try unsafe Step.make(call, precision, &loops, &products)
      unsafe built.append(step)
      scratchCount = max(scratchCount, needed)
    }
    workspace.reserve(arena: arenaCount, scratch: scratchCount)
    self.workspace = workspace
    self.loops = loops
    self.products = products
    unsafe steps = .allocate(capacity: built.count)
    _ = unsafe steps.initialize(from: built)
    unsafe bases = .allocate(capacity: Int(Space.kept(keptCount).rawValue))
  }

  deinit {
    unsafe steps.deallocate()
    unsafe bases.deallocate()
  }

  /// Says where the following runs write their rows of a kept array.
  package func keep(_ index: Int, at rows: UnsafeMutablePointer<Float>) {
    unsafe bases[Int(Space.kept(index).rawValue)] = rows
  }

  /// Where an input goes: in the arena, or where the following runs keep it.
  package func address(of input: Place) -> UnsafeMutablePointer<Float> {
    unsafe bases[Int(Space.arena.rawValue)] = workspace.arena.pointer
    return unsafe input.address(bases)
  }

  /// Makes the calls in order.
  ///
  /// - Parameters:
  ///   - parameters: the base of the parameters.
  ///   - slab: the base of the shard's outputs.
  ///   - ids: one id per example, from which its noise derives, and its row of sparse examples.
  ///   - examples: the non-zeros of all examples, where calls read them.
  /// - Returns: false where a product failed, or non-zeros are missing.
  /// - Complexity: allocates nothing of its own.
  package func run(
    parameters: UnsafePointer<Float>, slab: UnsafeMutablePointer<Float>,
    ids: UnsafePointer<UInt32>, noise: NoiseKey, examples: SparseRows? = nil
  ) -> Bool {
    unsafe place(parameters, slab)
    let scratch = unsafe workspace.scratch.pointer
    for index in unsafe 0..<steps.count {
      let isFine = unsafe steps[index].run(bases, scratch, ids, noise, examples)
      if !isFine { return false }
    }
    return true
  }

  /// As `run`, and adds the seconds that each call took to `seconds`, in the order of the calls.
  package func run(
    parameters: UnsafePointer<Float>, slab: UnsafeMutablePointer<Float>,
    ids: UnsafePointer<UInt32>, noise: NoiseKey, examples: SparseRows? = nil,
    adding seconds: inout [Double]
  ) -> Bool {
    unsafe place(parameters, slab)
    let scratch = unsafe workspace.scratch.pointer
    let clock = ContinuousClock()
    var start = clock.now
    for index in unsafe 0..<steps.count {
      let isFine = unsafe steps[index].run(bases, scratch, ids, noise, examples)
      if !isFine { return false }
      let end = clock.now
      seconds[index] += (end - start) / .seconds(1)
      start = end
    }
    return true
  }

  private func place(_ parameters: UnsafePointer<Float>, _ slab: UnsafeMutablePointer<Float>) {
    unsafe bases[Int(Space.arena.rawValue)] = workspace.arena.pointer
    unsafe bases[Int(Space.parameters.rawValue)] = UnsafeMutablePointer(mutating: parameters)
    unsafe bases[Int(Space.slab.rawValue)] = slab
  }
}

internal import GraphIR

/// Where the temporaries and inputs of a program lie.
package struct MemoryPlan: Hashable, Sendable {
  /// A block of memory that buffers share.
  package enum Region: Hashable, Sendable {
    /// A worker's; the next shard overwrites it.
    case arena
    /// A shard's, from its first phase to its last.
    case shard
    /// What shards have exchanged; one for all, over the whole minibatch.
    case exchange
  }
  /// Which block each buffer lies in, where it has an offset.
  package var regions: [Region]
  /// Offset in floats of each buffer; nil for what lies elsewhere.
  package var offsets: [Int?]
  /// The buffer in whose memory each one lies: itself, where it shares none. It may be one that is kept.
  package var hosts: [Int]
  /// Floats that the arena holds.
  package var count = 0
  /// Floats that a shard's block holds.
  package var shardCount = 0
  /// Floats that a shard hands out at its meetings.
  package var exchangeCount = 0
  /// Where each meeting's begin, by the collective's index: at a place of its own.
  package var exchangeOffsets: [Int: Int] = [:]

  /// Buffers begin at multiples of this many floats: a cache line.
  package static let alignment = 16

  /// Floats from one buffer's beginning to where the next may begin.
  package static func aligned(_ count: Int) -> Int {
    (count + alignment - 1) / alignment * alignment
  }
}

extension Program {
  /// Reuses memory: a buffer takes the place of others that are read for the last time before it is
  /// written, and a loop may write its result over an operand that nobody reads again. What a later phase
  /// reads of an earlier one lies in the shard's block, because the worker computes other shards between.
  ///
  /// Offsets are given largest buffer first, each the lowest at which it meets no buffer that lives
  /// at the same time (greedy by size; Pisarchyk & Lee, arXiv:2001.03288, section 4.2).
  package mutating func planMemory() -> MemoryPlan {
    var lifetimes = self.lifetimes()
    let hosts = shareOperands(&lifetimes)
    var plan = MemoryPlan(
      regions: [MemoryPlan.Region](repeating: .arena, count: buffers.count),
      offsets: [Int?](repeating: nil, count: buffers.count), hosts: hosts)
    for case .collective(let collective, let view, let result) in instructions {
      let count = MemoryPlan.aligned(max(view.count, buffers[result].shape.count))
      // Shards get their own rows of a sum; everything else is read where it was exchanged.
      plan.regions[result] = collective.kind == .reduceScatter ? .shard : .exchange
      if collective.kind != .reduceScatter { plan.offsets[result] = plan.exchangeCount }
      plan.exchangeOffsets[collective.index] = plan.exchangeCount
      plan.exchangeCount += count
    }
    let phases = self.phases()
    for buffer in buffers.indices {
      guard let lifetime = lifetimes[buffer], plan.regions[buffer] == .arena else { continue }
      let first = max(0, lifetime.lowerBound)
      if phases[first] != phases[lifetime.upperBound] { plan.regions[buffer] = .shard }
    }
    plan.count = place(.arena, lifetimes, in: &plan)
    plan.shardCount = place(.shard, lifetimes, in: &plan)
    for buffer in buffers.indices where hosts[buffer] != buffer {
      plan.offsets[buffer] = plan.offsets[hosts[buffer]]
      plan.regions[buffer] = plan.regions[hosts[buffer]]
    }
    return plan
  }

  /// Gives the buffers of a region their offsets; returns the floats that it holds.
  private func place(
    _ region: MemoryPlan.Region, _ lifetimes: [ClosedRange<Int>?], in plan: inout MemoryPlan
  ) -> Int {
    let order = buffers.indices.filter {
      plan.hosts[$0] == $0 && lifetimes[$0] != nil && plan.regions[$0] == region
    }.sorted { (buffers[$0].shape.count, $1) > (buffers[$1].shape.count, $0) }
    var (placed, count) = ([Int](), 0)
    for buffer in order {
      let size = MemoryPlan.aligned(buffers[buffer].shape.count)
      let neighbours = placed.filter { lifetimes[$0]!.overlaps(lifetimes[buffer]!) }
        .map { (start: plan.offsets[$0]!, size: MemoryPlan.aligned(buffers[$0].shape.count)) }
        .sorted { $0.start < $1.start }
      var offset = 0
      for neighbour in neighbours where neighbour.start < offset + size {
        offset = max(offset, neighbour.start + neighbour.size)
      }
      plan.offsets[buffer] = offset
      count = max(count, offset + size)
      placed.append(buffer)
    }
    return count
  }

  /// For each instruction the number of meetings' ends before it.
  package func phases() -> [Int] {
    var (phases, phase) = ([Int](), 0)
    for (position, instruction) in instructions.enumerated() {
      if position > 0, instructions[position - 1].isMeeting, !instruction.isMeeting { phase += 1 }
      phases.append(phase)
    }
    return phases
  }

  /// For each temporary or input the positions of the instructions from its first write to its last
  /// read, both included; nil for what lies outside the arena and the shard's block, is kept beyond the run or is
  /// never touched, as a sparse input may be. Inputs are there from the start.
  package func lifetimes() -> [ClosedRange<Int>?] {
    var lifetimes = [ClosedRange<Int>?](repeating: nil, count: buffers.count)
    let kept = Set(kept)
    for (position, instruction) in instructions.enumerated() {
      for buffer in instruction.reads + instruction.writes where !kept.contains(buffer) {
        switch buffers[buffer].kind {
        case .parameter, .output: break
        case .input: lifetimes[buffer] = -1...position
        case .temporary:
          lifetimes[buffer] = (lifetimes[buffer]?.lowerBound ?? position)...position
        }
      }
    }
    // What shards have exchanged lies where it was exchanged.
    for case .collective(let collective, _, let result) in instructions
    where collective.kind != .reduceScatter { lifetimes[result] = nil }
    return lifetimes
  }

  /// Lets loops write over operands that die with them; returns each buffer's host. A result that is
  /// kept takes the operand into its own memory.
  private mutating func shareOperands(_ lifetimes: inout [ClosedRange<Int>?]) -> [Int] {
    var hosts = Array(buffers.indices)
    let kept = Set(kept)
    var touched: Set<Int> = []
    for position in instructions.indices {
      let before = touched
      touched.formUnion(instructions[position].reads + instructions[position].writes)
      guard case .loop(var loop) = instructions[position] else { continue }
      var taken: Set<Int> = []
      for index in loop.stores.indices {
        let store = loop.stores[index]
        let isKept = kept.contains(store.buffer) && !before.contains(store.buffer)
        guard !store.accumulates, store.offset == 0, hosts[store.buffer] == store.buffer,
          isKept || lifetimes[store.buffer]?.lowerBound == position
        else { continue }
        // Stores are made in this order, and dense loads are read where they lie.
        let isReadLater = Set(loop.stores[(index + 1)...].map(\.operand))
        let candidate = loop.loads.enumerated().first { place, load in
          let host = hosts[load.owner]
          return load.strides == store.strides && load.offset == 0 && !taken.contains(host)
            && !isReadLater.contains(.load(place))
            && buffers[load.owner].shape.count == buffers[store.buffer].shape.count
            && buffers[host].shape.count == buffers[store.buffer].shape.count
            && buffers[host].kind == .temporary
            && lifetimes[host]?.upperBound == position
            && loop.loads.count { hosts[$0.owner] == host } == 1
            && loop.stores.allSatisfy { hosts[$0.buffer] != host }
        }?.element
        guard let candidate else { continue }
        let host = hosts[candidate.owner]
        taken.insert(host)
        if isKept {
          for buffer in hosts.indices where hosts[buffer] == host { hosts[buffer] = store.buffer }
          lifetimes[host] = nil
        } else {
          hosts[store.buffer] = host
          lifetimes[host] = lifetimes[host]!.lowerBound...lifetimes[store.buffer]!.upperBound
        }
        loop.stores[index].isInPlace = true
      }
      instructions[position] = .loop(loop)
    }
    return hosts
  }
}

extension Instruction {
  /// Buffers that it reads.
  package var reads: [Int] {
    switch self {
    case .loop(let loop): loop.loads.map(\.owner)
    case .product(_, let a, let b, let epilogue, _):
      [a.owner, b.owner] + (epilogue.bias.map { [$0.owner] } ?? [])
    case .columns(_, let y, let w, _): [y.owner, w.owner]
    case .sparse(_, let view, let epilogue, _):
      [view.owner] + (epilogue.bias.map { [$0.owner] } ?? [])
    case .patches(_, let x, _), .overlap(_, let x, _), .logSumExp(let x, _, _, _, _): [x.owner]
    case .collective(_, let view, _): [view.owner]
    case .noise, .fill: []
    }
  }

  /// Whether shards meet here.
  package var isMeeting: Bool { if case .collective = self { true } else { false } }

  /// Buffers that it writes.
  package var writes: [Int] {
    switch self {
    case .loop(let loop): loop.stores.map(\.buffer)
    case .product(_, _, _, _, let result), .columns(_, _, _, let result),
      .patches(_, _, let result), .overlap(_, _, let result), .sparse(_, _, _, let result),
      .noise(_, _, let result), .logSumExp(_, _, _, _, let result), .fill(_, let result),
      .collective(_, _, let result):
      [result]
    }
  }
}

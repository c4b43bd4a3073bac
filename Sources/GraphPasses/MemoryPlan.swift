internal import GraphIR
package import KernelCalls

/// Where the temporaries and inputs of a program lie.
package struct MemoryPlan: Hashable, Sendable {
  /// Place of each buffer; nil for parameters and outputs, and for what nobody touches.
  package var places: [Place?]
  /// Floats that the arena holds.
  package var arenaCount = 0
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
  package func planMemory() -> MemoryPlan {
    var lifetimes = self.lifetimes()
    let hosts = shareOperands(&lifetimes)
    var plan = MemoryPlan(places: [Place?](repeating: nil, count: buffers.count))
    for (index, buffer) in saved.enumerated() { plan.places[buffer] = Place(.saved(index), 0) }
    var ownRows: Set<Int> = []
    for case (.collective(let collective), let call) in calls.map({ ($0.kernel, $0) }) {
      let result = call.results[0].owner
      // Shards get their own rows of a sum; everything else is read where it was exchanged.
      if collective.kind == .reduceScatter {
        ownRows.insert(result)
      } else {
        plan.places[result] = Place(.exchange, plan.exchangeCount)
      }
      plan.exchangeOffsets[collective.index] = plan.exchangeCount
      plan.exchangeCount += MemoryPlan.aligned(
        max(call.operands[0].count, buffers[result].shape.count))
    }
    let phases = self.phases()
    let own = buffers.indices.filter { hosts[$0] == $0 && lifetimes[$0] != nil }
    let crossing = own.filter {
      let (first, last) = (max(0, lifetimes[$0]!.lowerBound), lifetimes[$0]!.upperBound)
      return ownRows.contains($0) || phases[first] != phases[last]
    }
    plan.arenaCount = place(own.filter { !crossing.contains($0) }, .arena, lifetimes, in: &plan)
    plan.shardCount = place(crossing, .shard, lifetimes, in: &plan)
    for buffer in buffers.indices where hosts[buffer] != buffer {
      plan.places[buffer] = plan.places[hosts[buffer]]
    }
    return plan
  }

  /// Gives buffers their places in a block; returns the floats that it holds.
  private func place(
    _ own: [Int], _ space: Space, _ lifetimes: [ClosedRange<Int>?], in plan: inout MemoryPlan
  ) -> Int {
    let order = own.sorted { (buffers[$0].shape.count, $1) > (buffers[$1].shape.count, $0) }
    var (placed, count) = ([(buffer: Int, start: Int, size: Int)](), 0)
    for buffer in order {
      let size = MemoryPlan.aligned(buffers[buffer].shape.count)
      let neighbours = placed.filter { lifetimes[$0.buffer]!.overlaps(lifetimes[buffer]!) }
        .sorted { $0.start < $1.start }
      var offset = 0
      for neighbour in neighbours where neighbour.start < offset + size {
        offset = max(offset, neighbour.start + neighbour.size)
      }
      plan.places[buffer] = Place(space, offset)
      count = max(count, offset + size)
      placed.append((buffer, offset, size))
    }
    return count
  }

  /// For each call the number of meetings' ends before it.
  package func phases() -> [Int] {
    var (phases, phase) = ([Int](), 0)
    for (position, call) in calls.enumerated() {
      if position > 0, calls[position - 1].isMeeting, !call.isMeeting { phase += 1 }
      phases.append(phase)
    }
    return phases
  }

  /// For each temporary or input the positions of the calls from its first write to its last
  /// read, both included; nil for what lies outside the arena and the shard's block, is kept beyond the run or is
  /// never touched, as a sparse input may be. Inputs are there from the start.
  package func lifetimes() -> [ClosedRange<Int>?] {
    var lifetimes = [ClosedRange<Int>?](repeating: nil, count: buffers.count)
    let saved = Set(saved)
    for (position, call) in calls.enumerated() {
      for buffer in (call.reads + call.results).map(\.owner) where !saved.contains(buffer) {
        switch buffers[buffer].kind {
        case .parameter, .output: break
        case .input: lifetimes[buffer] = -1...position
        case .temporary:
          lifetimes[buffer] = (lifetimes[buffer]?.lowerBound ?? position)...position
        }
      }
    }
    // What shards have exchanged lies where it was exchanged.
    for case (.collective(let collective), let result) in calls.map({ ($0.kernel, $0.results[0]) })
    where collective.kind != .reduceScatter { lifetimes[result.owner] = nil }
    return lifetimes
  }

  /// Lets loops write over operands that die with them; returns each buffer's host. A result that is
  /// kept takes the operand into its own memory.
  private func shareOperands(_ lifetimes: inout [ClosedRange<Int>?]) -> [Int] {
    var hosts = Array(buffers.indices)
    let saved = Set(saved)
    var touched: Set<Int> = []
    for (position, call) in calls.enumerated() {
      let before = touched
      touched.formUnion((call.reads + call.results).map(\.owner))
      guard case .loop(let loop) = call.kernel else { continue }
      var taken: Set<Int> = []
      for (index, (store, result)) in zip(loop.stores, call.results).enumerated() {
        let isSaved = saved.contains(result.owner) && !before.contains(result.owner)
        guard !store.accumulates, result.offset == 0, hosts[result.owner] == result.owner,
          isSaved || lifetimes[result.owner]?.lowerBound == position
        else { continue }
        // Stores are made in this order, and dense loads are read where they lie.
        let isReadLater = Set(loop.stores[(index + 1)...].map(\.operand))
        let candidate = call.operands.enumerated().first { place, load in
          let host = hosts[load.owner]
          return loop.loads[place] == store.strides && load.offset == 0 && !taken.contains(host)
            && !isReadLater.contains(.load(place))
            && buffers[load.owner].shape.count == buffers[result.owner].shape.count
            && buffers[host].shape.count == buffers[result.owner].shape.count
            && buffers[host].kind == .temporary
            && lifetimes[host]?.upperBound == position
            && call.operands.count { hosts[$0.owner] == host } == 1
            && call.results.allSatisfy { hosts[$0.owner] != host }
        }?.element
        guard let candidate else { continue }
        let host = hosts[candidate.owner]
        taken.insert(host)
        if isSaved {
          for buffer in hosts.indices where hosts[buffer] == host { hosts[buffer] = result.owner }
          lifetimes[host] = nil
        } else {
          hosts[result.owner] = host
          lifetimes[host] = lifetimes[host]!.lowerBound...lifetimes[result.owner]!.upperBound
        }
      }
    }
    return hosts
  }
}

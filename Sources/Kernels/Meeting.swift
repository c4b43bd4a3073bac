package import GraphIR
package import KernelCalls

/// What a shard of a minibatch hands out to the others between two phases, and gets back.
package struct Meeting: Hashable, Sendable {
  /// How the shards' parts become one.
  package var kind: CollectiveKind
  /// Which of the graph's collective operations it is, in the order of the graph.
  package var index: Int
  /// What a shard hands out.
  package var operand: Place
  /// Floats that it hands out.
  package var count: Int
  /// Floats per row; of a sum, all.
  package var width: Int
  /// Where it lies among what is exchanged.
  package var offset: Int
  /// Floats that everybody reads of the outcome, or gets of it.
  package var resultCount: Int
  /// Where a shard's own rows of a sum go.
  package var result: Place

  /// A meeting.
  package init(
    _ kind: CollectiveKind, index: Int, operand: Place, count: Int, width: Int, offset: Int,
    resultCount: Int, result: Place
  ) {
    (self.kind, self.index, self.operand, self.count) = (kind, index, operand, count)
    (self.width, self.offset) = (width, offset)
    (self.resultCount, self.result) = (resultCount, result)
  }

  /// First of a shard's own rows among those of all.
  package func first(at place: ShardPlace) -> Int {
    place.part(of: (kind == .allGather ? resultCount : count) / width).lowerBound
  }

  /// Whether shards' parts are added.
  package var isSum: Bool { kind != .allGather }
}

/// A shard's calls, cut where the shards of a minibatch meet.
package struct Phases: Hashable, Sendable {
  /// How many calls are made by the end of each phase.
  package var ends: [Int]
  /// What is exchanged after each phase but the last.
  package var meetings: [[Meeting]]
  /// Floats that a shard needs from its first phase to its last.
  package var shardCount = 0
  /// Floats that a shard may hand out.
  package var exchangeCount = 0

  /// Number of phases.
  package var count: Int { ends.count }

  /// One phase of so many calls.
  package init(callCount: Int) { (ends, meetings) = ([callCount], []) }

  /// Phases with meetings between them.
  package init(ends: [Int], meetings: [[Meeting]], shardCount: Int, exchangeCount: Int) {
    (self.ends, self.meetings) = (ends, meetings)
    (self.shardCount, self.exchangeCount) = (shardCount, exchangeCount)
  }

  /// Whether shards with these phases can meet shards with others.
  package func meets(_ other: Phases) -> Bool {
    exchangeCount == other.exchangeCount && meetings.count == other.meetings.count
      && zip(meetings, other.meetings).allSatisfy { own, others in
        own.count == others.count
          && zip(own, others).allSatisfy {
            ($0.kind, $0.index, $0.offset, $0.width) == ($1.kind, $1.index, $1.offset, $1.width)
          }
      }
  }

  /// The calls of a phase.
  func calls(_ phase: Int) -> Range<Int> { (phase == 0 ? 0 : ends[phase - 1])..<ends[phase] }
}

/// Where a shard keeps what its later phases read, and where it meets the others.
@unsafe package struct ShardMemory {
  /// What its later phases read.
  package var block: UnsafeMutablePointer<Float>
  /// What it hands out to be added.
  package var own: UnsafeMutablePointer<Float>
  /// What everybody reads: the first shard's part, in which sums come together.
  package var shared: UnsafeMutablePointer<Float>
  /// The shard's place among them.
  package var place: ShardPlace

  /// A shard's memory.
  package init(
    block: UnsafeMutablePointer<Float>, own: UnsafeMutablePointer<Float>,
    shared: UnsafeMutablePointer<Float>, place: ShardPlace
  ) {
    unsafe (self.block, self.own, self.shared, self.place) = (block, own, shared, place)
  }
}

extension Meeting {
  /// At a phase's end: copies the shard's part to where it is added, or among all rows.
  @unsafe func handOut(_ bases: Bases, _ memory: ShardMemory) {
    let source = unsafe UnsafePointer(operand.address(bases))
    let target =
      unsafe isSum ? memory.own + offset : memory.shared + offset + first(at: memory.place) * width
    unsafe target.update(from: source, count: count)
  }

  /// At the next phase's beginning: copies the shard's own rows of a sum.
  @unsafe func take(_ bases: Bases, _ memory: ShardMemory) {
    guard kind == .reduceScatter else { return }
    let source = unsafe memory.shared + offset + first(at: memory.place) * width
    unsafe result.address(bases).update(from: source, count: resultCount)
  }
}

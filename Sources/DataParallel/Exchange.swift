internal import CKernels
internal import GraphIR
internal import KernelCalls
internal import Kernels
internal import Storage

/// Where the shards of a minibatch meet between the phases of a step.
///
/// Each shard has a block for what its own later phases read, and a part in which it hands out what is added.
/// Sums over shards come together in the first shard's part, by the same tree as gradients; everybody reads them
/// there.
///
/// Safety: in a phase the worker of shard `s` alone touches block `s`, part `s` and the shard's rows of what is
/// gathered; between phases the coordinator alone touches the parts.
@safe final class Exchange {
  private var blocks = AlignedFloats(count: 0)
  private var parts = AlignedFloats(count: 0)
  private var blockStride = 0

  /// Makes room for so many shards, where there is not enough.
  func reserve(_ phases: Phases, shards: Int) {
    blockStride = max(blockStride, phases.shardCount)
    if blocks.count < blockStride * shards { blocks = AlignedFloats(count: blockStride * shards) }
    let exchanged = phases.exchangeCount * shards
    if parts.count < exchanged { parts = AlignedFloats(count: exchanged) }
  }

  /// Floats that it holds.
  var count: Int { blocks.count + parts.count }

  /// Overwrites all of it.
  func poison(_ value: Float) {
    blocks.fill(value)
    parts.fill(value)
  }

  /// What a shard works in.
  @unsafe func memory(at place: ShardPlace, _ phases: Phases) -> ShardMemory {
    unsafe ShardMemory(
      block: blocks.pointer + place.index * blockStride,
      own: parts.pointer + place.index * phases.exchangeCount, shared: parts.pointer,
      place: place)
  }

  /// Adds what the shards have handed out after a phase.
  func meet(after phase: Int, of phases: Phases, shards: Int) {
    for meeting in phases.meetings[phase] where meeting.isSum {
      unsafe vaedp_tree_sum(
        parts.pointer, phases.exchangeCount, shards, meeting.offset,
        meeting.offset + meeting.count)
    }
  }

  /// What a shard got of each meeting of the last step, by the collective's index.
  func outcomes(_ phases: Phases, at place: ShardPlace) -> [Int: [Float]] {
    var outcomes: [Int: [Float]] = [:]
    for meeting in phases.meetings.joined() {
      let start = meeting.kind == .reduceScatter ? meeting.first(at: place) * meeting.width : 0
      outcomes[meeting.index] = parts.withSpan { span in
        (0..<meeting.resultCount).map { span[meeting.offset + start + $0] }
      }
    }
    return outcomes
  }
}

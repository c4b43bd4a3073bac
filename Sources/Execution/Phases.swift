internal import GraphIR
internal import GraphPasses
internal import Kernels

extension MemoryPlan.Region {
  /// The space that it lies in.
  var space: Space {
    switch self {
    case .arena: .arena
    case .shard: .shard
    case .exchange: .exchange
    }
  }
}

extension Program {
  /// The calls cut where shards meet.
  func phases(_ memory: MemoryPlan, _ places: [Place]) -> Phases {
    var (ends, meetings, calls) = ([Int](), [[Meeting]](), 0)
    var isMeeting = false
    for instruction in instructions {
      guard case .collective(let collective, let view, let result) = instruction else {
        (calls, isMeeting) = (calls + 1, false)
        continue
      }
      if !isMeeting {
        ends.append(calls)
        meetings.append([])
        isMeeting = true
      }
      let shape = buffers[result].shape
      let meeting = Meeting(
        collective.kind.meeting, index: collective.index,
        operand: Place(places[view.owner].space, places[view.owner].offset + view.offset),
        count: view.count,
        width: collective.kind == .allReduce ? view.count : shape.count / shape[0],
        offset: memory.exchangeOffsets[collective.index]!, resultCount: shape.count,
        result: places[result])
      meetings[meetings.count - 1].append(meeting)
    }
    return Phases(
      ends: ends + [calls], meetings: meetings, shardCount: memory.shardCount,
      exchangeCount: memory.exchangeCount)
  }
}

extension CollectiveKind {
  fileprivate var meeting: Meeting.Kind {
    switch self {
    case .allReduce: .sum
    case .allGather: .rows
    case .reduceScatter: .rowsOfSum
    }
  }
}

internal import GraphIR
internal import GraphPasses
internal import KernelCalls
internal import Kernels

extension Program {
  /// The calls cut where shards meet.
  func phases(_ memory: MemoryPlan, _ places: [Place]) -> Phases {
    var (ends, meetings, calls) = ([Int](), [[Meeting]](), 0)
    var isMeeting = false
    for call in self.calls {
      guard case .collective(let collective) = call.kernel else {
        (calls, isMeeting) = (calls + 1, false)
        continue
      }
      if !isMeeting {
        ends.append(calls)
        meetings.append([])
        isMeeting = true
      }
      let (operand, result) = (call.operands[0], call.results[0])
      let shape = buffers[result.owner].shape
      let meeting = Meeting(
        collective.kind, index: collective.index,
        operand: places[operand.owner] + operand.offset, count: operand.count,
        width: collective.kind == .allReduce ? operand.count : shape.count / shape[0],
        offset: memory.exchangeOffsets[collective.index]!, resultCount: shape.count,
        result: places[result.owner])
      meetings[meetings.count - 1].append(meeting)
    }
    return Phases(
      ends: ends + [calls], meetings: meetings, shardCount: memory.shardCount,
      exchangeCount: memory.exchangeCount)
  }
}

internal import Execution
internal import Kernels
internal import Storage

extension Replica {
  /// Gathers examples, writes the scalars and runs the family's graph on them; false where a kernel
  /// fails.
  ///
  /// - Precondition: the coordinator has asked for the sequence of so many rows before.
  @unsafe func run(
    _ family: PlanFamily, _ ids: UnsafeBufferPointer<UInt32>, from source: any ExampleSource,
    scalars: UnsafeBufferPointer<Float>, parameters: UnsafePointer<Float>,
    slab: UnsafeMutablePointer<Float>, noise: NoiseKey
  ) -> Bool {
    let member = family.member(rows: ids.count)
    guard let sequence = try? sequence(rows: ids.count, of: family) else { return false }
    let arena = unsafe workspace.arena.pointer
    if let offset = member.exampleOffset { unsafe source.gather(ids, into: arena + offset) }
    for (index, offset) in member.scalarOffsets.enumerated() {
      if let offset { unsafe arena[offset] = scalars[index] }
    }
    guard member.plan.readsNonZeros, let examples = source.sparse else {
      return unsafe sequence.run(
        parameters: parameters, slab: slab, ids: ids.baseAddress!, noise: noise)
    }
    unsafe examples.require(ids, fitting: family)
    return unsafe examples.withRows { rows in
      unsafe sequence.run(
        parameters: parameters, slab: slab, ids: ids.baseAddress!, noise: noise, examples: rows)
    }
  }
}

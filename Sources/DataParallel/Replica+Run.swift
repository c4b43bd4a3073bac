internal import Execution
internal import Kernels
internal import Storage

extension Replica {
  /// Gathers examples, writes the scalars and runs the family's graph on them; false where a kernel
  /// fails.
  ///
  /// - Parameters:
  ///   - kept: where the plan's kept arrays go; nil where it has none.
  ///   - first: position of the first example in their minibatch.
  /// - Precondition: the coordinator has asked for the sequence of so many rows before.
  @unsafe func run(
    _ family: PlanFamily, _ ids: UnsafeBufferPointer<UInt32>, from source: any ExampleSource,
    scalars: UnsafeBufferPointer<Float>, parameters: UnsafePointer<Float>,
    slab: UnsafeMutablePointer<Float>, noise: NoiseKey, keeping kept: KeptRows? = nil,
    from first: Int = 0
  ) -> Bool {
    let member = family.member(rows: ids.count)
    guard let sequence = try? sequence(rows: ids.count, of: family) else { return false }
    if let kept = unsafe kept {
      for index in unsafe 0..<kept.count {
        unsafe sequence.keep(index, at: kept.row(first, of: index))
      }
    }
    if let place = member.examples { unsafe source.gather(ids, into: sequence.address(of: place)) }
    for (index, place) in member.scalars.enumerated() {
      if let place { unsafe sequence.address(of: place).pointee = scalars[index] }
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

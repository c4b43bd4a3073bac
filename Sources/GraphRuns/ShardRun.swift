package import Examples
package import Execution
internal import GraphIR
internal import KernelCalls
package import Kernels
internal import Storage

/// What a replica computes: examples of a source, or a shard of a minibatch. The source has the family's fields, in
/// its order (`PlanFamily.require`).
@unsafe package struct ShardRun {
  package var family: PlanFamily
  package var batch: Batch
  package var positions: UnsafeBufferPointer<UInt32>
  package var source: ExampleSource
  package var scalars: UnsafeBufferPointer<Float>
  package var parameters: UnsafePointer<Float>
  package var outputs: UnsafeMutablePointer<Float>
  package var noise: NoiseKey
  /// Where the plan's saved operands go; nil where it has none.
  package var saved: SavedOperands?
  /// The shard's memory; nil where it is the whole minibatch.
  package var memory: ShardMemory?

  /// A run; what is nil is not there.
  package init(
    family: PlanFamily, batch: Batch, positions: UnsafeBufferPointer<UInt32>,
    source: ExampleSource,
    scalars: UnsafeBufferPointer<Float>, parameters: UnsafePointer<Float>,
    outputs: UnsafeMutablePointer<Float>, noise: NoiseKey, saved: SavedOperands? = nil,
    memory: ShardMemory? = nil
  ) {
    unsafe (self.family, self.batch, self.positions, self.source) = (
      family, batch, positions, source
    )
    unsafe (self.scalars, self.parameters, self.outputs) = (scalars, parameters, outputs)
    unsafe (self.noise, self.saved, self.memory) = (noise, saved, memory)
  }
}

/// A product failed while a shard ran; the parameters are as they were before the step.
public struct ShardFailure: Error, CustomStringConvertible {
  /// The lowest-numbered shard that failed.
  public var shard: Int

  /// A failure in a shard.
  package init(shard: Int) { self.shard = shard }

  /// One line.
  public var description: String { "shard \(shard): a kernel of oneDNN failed" }
}

extension PlanFamily {
  /// Ends the program where a source's fields are not those that the plans read, in their order.
  package func require(_ source: ExampleSource) {
    precondition(
      source.fieldNames == fieldNames && sparsity.keys.allSatisfy { source.sparsity[$0] != nil },
      "examples with the fields \(source.fieldNames) for plans that read \(fieldNames)")
  }
}

extension Replica {
  /// Gathers the fields of examples, writes the scalars and runs the graph on them, or one phase of it; false where a kernel
  /// fails.
  ///
  /// - Parameters:
  ///   - phase: which; all where nil.
  ///   - given: values of further inputs.
  /// - Precondition: the coordinator has asked for the sequence of so many rows before.
  @unsafe package func run(
    _ shard: borrowing ShardRun, phase: Int? = nil, given: [String: [Float]] = [:]
  ) -> Bool {
    let member = unsafe shard.family.member(shard.batch)
    guard let sequence = try? unsafe sequence(shard.batch, of: shard.family) else { return false }
    if let saved = unsafe shard.saved {
      for index in unsafe 0..<saved.count {
        let first = unsafe shard.memory?.place.part(of: shard.batch.minibatch).lowerBound ?? 0
        unsafe sequence.save(index, at: saved.row(first, of: index))
      }
    }
    if phase ?? 0 == 0 { unsafe writeInputs(shard, member, sequence, given) }
    guard member.plan.readsNonZeros, let examples = unsafe shard.source.nonZeros else {
      return unsafe run(shard, phase, sequence, nil)
    }
    unsafe examples.require(shard.positions, fitting: shard.family.sparsity.values.first)
    return unsafe examples.withRows { unsafe run(shard, phase, sequence, $0) }
  }

  private func writeInputs(
    _ shard: borrowing ShardRun, _ member: PlanFamily.Member, _ sequence: KernelSequence,
    _ given: [String: [Float]]
  ) {
    let memory = unsafe shard.memory
    for (index, place) in member.fields.enumerated() {
      guard let place else { continue }
      unsafe shard.source.sources[index].gather(
        shard.positions, into: sequence.address(of: place, memory))
    }
    for (index, place) in member.scalars.enumerated() {
      if let place { unsafe sequence.address(of: place, memory).pointee = shard.scalars[index] }
    }
    if given.isEmpty { return }
    for input in member.plan.inputs {
      guard let values = given[input.name] else { continue }
      let target = unsafe sequence.address(of: input.place, memory)
      for (index, value) in values.enumerated() { unsafe target[index] = value }
    }
  }

  private func run(
    _ shard: borrowing ShardRun, _ phase: Int?, _ sequence: KernelSequence, _ rows: CSRMatrix?
  ) -> Bool {
    guard let phase, let memory = unsafe shard.memory, let ids = unsafe shard.positions.baseAddress
    else {
      return unsafe sequence.run(
        parameters: shard.parameters, outputs: shard.outputs, ids: shard.positions.baseAddress!,
        noise: shard.noise, examples: rows)
    }
    return unsafe sequence.run(
      phase: phase, memory, parameters: shard.parameters, outputs: shard.outputs, ids: ids,
      noise: shard.noise, examples: rows)
  }
}

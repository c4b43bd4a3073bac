internal import GraphIR
package import GraphPasses
package import KernelCalls

extension Program {
  /// What is wrong with a memory plan, one line each; empty when all is well.
  ///
  /// Plays the program on the arena's addresses without numbers: a write claims its buffer's floats
  /// and ends every other claim on them; a read needs its buffer's claim untouched since it was
  /// written, and so does what is kept, at the end. So two buffers that are alive at once never share a float. Within one call a
  /// write may only meet what is read where a loop stores over a load at the same index.
  package func violations(of plan: MemoryPlan) -> [String] {
    var claims = ArenaClaims(program: self, plan: plan)
    for (index, buffer) in buffers.enumerated() {
      if case .input = buffer.kind, plan.places[index] != nil {
        claims.write(index, by: "the caller")
      }
    }
    for (position, call) in calls.enumerated() {
      let (reads, writes) = (call.reads.map(\.owner), call.results.map(\.owner))
      for buffer in reads { claims.read(buffer, by: "call \(position)") }
      for write in writes {
        for read in Set(reads) where claims.meet(read, write) {
          if !call.isInPlace(write, over: read) {
            claims.violations.append(
              "call \(position) writes buffer \(write) over buffer \(read), which it reads")
          }
        }
        for other in writes where other != write && claims.meet(other, write) {
          claims.violations.append("call \(position) writes \(write) and \(other) in one place")
        }
      }
      for problem in call.lateReads(claims.meet) {
        claims.violations.append("call \(position): \(problem)")
      }
      for buffer in Set(writes).sorted() { claims.write(buffer, by: "call \(position)") }
      let isLastMeeting =
        call.isMeeting && (position + 1 == calls.count || !calls[position + 1].isMeeting)
      if isLastMeeting { claims.endPhase() }
    }
    for buffer in saved { claims.read(buffer, by: "who comes later") }
    return claims.violations
  }
}

/// Which buffer's values each float of the arena holds.
private struct ArenaClaims {
  let program: Program
  let plan: MemoryPlan
  var violations: [String] = []
  private var intact: Set<Int> = []
  private var written: Set<Int> = []

  init(program: Program, plan: MemoryPlan) { (self.program, self.plan) = (program, plan) }

  /// The floats of a buffer; nil where it lies outside the arena.
  private func range(_ buffer: Int) -> Range<Int>? {
    switch program.buffers[buffer].kind {
    case .parameter, .output: nil
    case .temporary, .input:
      start(buffer).map { $0..<$0 + program.buffers[buffer].shape.count }
    }
  }

  /// Each block far behind the one before; the arena first.
  private func start(_ buffer: Int) -> Int? {
    plan.places[buffer].map { Int($0.space.rawValue) << 40 + $0.offset }
  }

  /// Floats of a block of memory.
  private func size(_ space: Space) -> Int {
    switch space {
    case .arena: plan.arenaCount
    case .shard: plan.shardCount
    case .exchange: plan.exchangeCount
    default:
      program.saved.enumerated().first { .saved($0.offset) == space }
        .map { program.buffers[$0.element].shape.count } ?? 0
    }
  }

  /// Other shards use the arena now.
  mutating func endPhase() {
    intact = intact.filter { range($0).map { $0.lowerBound >= 1 << 40 } ?? true }
  }

  func meet(_ a: Int, _ b: Int) -> Bool {
    guard a != b, let (first, second) = both(range(a), range(b)) else { return false }
    return first.overlaps(second)
  }

  private func both(_ a: Range<Int>?, _ b: Range<Int>?) -> (Range<Int>, Range<Int>)? {
    if let a, let b { (a, b) } else { nil }
  }

  mutating func read(_ buffer: Int, by reader: String) {
    if case .parameter = program.buffers[buffer].kind { return }
    if case .output = program.buffers[buffer].kind {
      if !written.contains(buffer) {
        violations.append("\(reader) reads output \(buffer) too early")
      }
      return
    }
    if !intact.contains(buffer) { violations.append("\(reader) reads \(buffer), which is gone") }
  }

  mutating func write(_ buffer: Int, by writer: String) {
    defer { written.insert(buffer) }
    switch program.buffers[buffer].kind {
    case .parameter: violations.append("\(writer) writes parameter \(buffer)")
    case .output: break
    case .temporary, .input:
      guard let range = range(buffer) else {
        violations.append("\(writer) writes \(buffer), which has no place")
        return
      }
      if let place = plan.places[buffer],
        place.offset % MemoryPlan.alignment != 0 || place.offset + range.count > size(place.space)
      {
        violations.append("\(writer): \(buffer) lies at \(place) of \(size(place.space))")
      }
      // A buffer that is written in parts must not lose the first while the second is written.
      if written.contains(buffer), !intact.contains(buffer) {
        violations.append("\(writer) adds to \(buffer), which is gone")
      }
      intact = intact.filter { !meet($0, buffer) }
      intact.insert(buffer)
    }
  }
}

extension Call<ArrayView> {
  /// Results that lie over what the call reads.
  package func inPlaceStores(_ plan: MemoryPlan) -> Int {
    let read = operands.compactMap { plan.places[$0.owner] }
    return results.count { plan.places[$0.owner].map(read.contains) ?? false }
  }

  /// Stores of a loop that read a load after another store has written over it. Stores are made in their order,
  /// after all functions; a dense load is read where it lies.
  fileprivate func lateReads(_ meet: (Int, Int) -> Bool) -> [String] {
    guard case .loop(let loop) = kernel else { return [] }
    return results.enumerated().flatMap { index, result in
      zip(loop.stores, results).dropFirst(index + 1).compactMap { later, laterResult in
        guard case .load(let load) = later.operand, meet(operands[load].owner, result.owner) else {
          return nil
        }
        return
          "stores load \(load) in \(laterResult.owner) after \(result.owner) was written over it"
      }
    }
  }

  /// Whether a loop stores `write` element by element over its one load of `read`.
  fileprivate func isInPlace(_ write: Int, over read: Int) -> Bool {
    guard case .loop(let loop) = kernel else { return false }
    let loads = zip(operands, loop.loads).filter { $0.0.owner == read }
    let stores = zip(results, loop.stores).filter { $0.0.owner == write }
    guard loads.count == 1, stores.count == 1 else { return false }
    // Equal strides from equal beginnings: the store's element is the one just loaded.
    let ((load, loadStrides), (result, store)) = (loads[0], stores[0])
    return !store.accumulates && loadStrides == store.strides && load.offset == 0
      && result.offset == 0
  }
}

internal import GraphIR
package import GraphPasses

extension Program {
  /// What is wrong with a memory plan, one line each; empty when all is well.
  ///
  /// Plays the program on the arena's addresses without numbers: a write claims its buffer's floats
  /// and ends every other claim on them; a read needs its buffer's claim untouched since it was
  /// written, and so does what is kept, at the end. So two buffers that are alive at once never share a float. Within one instruction a
  /// write may only meet what is read where a loop stores, as it says, over a load at the same index.
  package func violations(of plan: MemoryPlan) -> [String] {
    var claims = ArenaClaims(program: self, plan: plan)
    for (index, buffer) in buffers.enumerated() {
      if case .input = buffer.kind, plan.offsets[index] != nil || kept.contains(index) {
        claims.write(index, by: "the caller")
      }
    }
    for (position, instruction) in instructions.enumerated() {
      let (reads, writes) = instruction.touched
      for buffer in reads { claims.read(buffer, by: "instruction \(position)") }
      for write in writes {
        for read in Set(reads) where claims.meet(read, write) {
          if !instruction.isInPlace(write, over: read, in: self) {
            claims.violations.append(
              "instruction \(position) writes buffer \(write) over buffer \(read), which it reads")
          }
        }
        for other in writes where other != write && claims.meet(other, write) {
          claims.violations.append(
            "instruction \(position) writes \(write) and \(other) in one place")
        }
      }
      for problem in instruction.lateReads(hosts: plan.hosts) {
        claims.violations.append("instruction \(position): \(problem)")
      }
      for buffer in Set(writes).sorted() { claims.write(buffer, by: "instruction \(position)") }
      let isLastMeeting =
        instruction.isMeeting
        && (position + 1 == instructions.count || !instructions[position + 1].isMeeting)
      if isLastMeeting { claims.endPhase() }
    }
    for buffer in kept { claims.read(buffer, by: "who comes later") }
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

  /// In the arena, or far behind it in the shard's block, the exchange's or one that is kept.
  private func start(_ buffer: Int) -> Int? {
    if let block = program.kept.firstIndex(of: plan.hosts[buffer]) { return (block + 3) << 40 }
    let offset = plan.offsets[buffer]
    return switch plan.regions[buffer] {
    case .arena: offset
    case .shard: offset.map { $0 + 1 << 40 }
    case .exchange: offset.map { $0 + 2 << 40 }
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
      if range.lowerBound % MemoryPlan.alignment != 0
        || range.lowerBound < 1 << 40 && range.upperBound > plan.count
        || (1 << 40..<2 << 40).contains(range.lowerBound)
          && range.upperBound > 1 << 40 + plan.shardCount
      {
        violations.append("\(writer): \(buffer) lies at \(range) of \(plan.count)")
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

extension Instruction {
  /// The buffers that it reads and writes, told from its form alone.
  fileprivate var touched: (reads: [Int], writes: [Int]) {
    switch self {
    case .loop(let loop): (loop.loads.map(\.owner), loop.stores.map(\.buffer))
    case .product(_, let a, let b, let epilogue, let result):
      ([a.owner, b.owner] + (epilogue.bias.map { [$0.owner] } ?? []), [result])
    case .columns(_, let y, let w, let result): ([y.owner, w.owner], [result])
    case .sparse(_, let dense, let epilogue, let result):
      ([dense.owner] + (epilogue.bias.map { [$0.owner] } ?? []), [result])
    case .patches(_, let x, let result), .overlap(_, let x, let result),
      .logSumExp(let x, _, _, _, let result):
      ([x.owner], [result])
    case .noise(_, _, let result), .fill(_, let result): ([], [result])
    case .collective(_, let view, let result): ([view.owner], [result])
    }
  }

  /// Stores of a loop that read a load after another store has written over it. Stores are made in their order,
  /// after all functions; a dense load is read where it lies.
  fileprivate func lateReads(hosts: [Int]) -> [String] {
    guard case .loop(let loop) = self else { return [] }
    return loop.stores.enumerated().flatMap { index, store -> [String] in
      guard store.isInPlace else { return [] }
      return loop.stores[(index + 1)...].compactMap { later in
        guard case .load(let load) = later.operand,
          hosts[loop.loads[load].owner] == hosts[store.buffer]
        else { return nil }
        return "stores load \(load) in \(later.buffer) after \(store.buffer) was written over it"
      }
    }
  }

  /// Whether a loop stores `write` element by element over its one load of `read`.
  fileprivate func isInPlace(_ write: Int, over read: Int, in program: Program) -> Bool {
    guard case .loop(let loop) = self else { return false }
    let (loads, stores) = (
      loop.loads.filter { $0.owner == read }, loop.stores.filter { $0.buffer == write }
    )
    guard loads.count == 1, stores.count == 1, let load = loads.first, let store = stores.first
    else { return false }
    // Equal strides from equal beginnings: the store's element is the one just loaded.
    return store.isInPlace && !store.accumulates && load.strides == store.strides
      && load.offset == 0 && store.offset == 0 && load.extents == loop.extents
  }
}

internal import GraphIR
internal import GraphPasses
internal import Kernels

extension Loop {
  /// The loop with registers: loads first, then one register per function, reused once its value has
  /// been read for the last time. A value that is stored keeps its register.
  func call(_ place: (ArrayView) -> Place, _ places: [Place]) -> LoopCall {
    var registers = RegisterFile(loadCount: loads.count)
    let functions = fusedFunctions()
    let lastReads = functions.lastReads()
    let stored = Set(stores.map(\.operand))
    var assigned: [Int: Int] = [:]
    var instructions: [LoopInstruction] = []
    func register(_ operand: LoopOperand) -> Int {
      switch operand {
      case .load(let index): index
      case .result(let index): assigned[index]!
      case .number: preconditionFailure("a number is not in a register")
      }
    }
    for (position, function) in functions.enumerated() {
      let dead = function.operands.filter { lastReads[$0] == position && !stored.contains($0) }
      for (index, operand) in dead.enumerated() where !dead[..<index].contains(operand) {
        if case .result(let result) = operand { registers.release(assigned[result]!) }
      }
      let target = registers.take(fresh: stored.contains(.result(function.result)))
      assigned[function.result] = target
      let operands = function.operands.map(register) + [0, 0]
      instructions.append(
        LoopInstruction(
          function.element, target: target, left: operands[0], right: operands[1],
          third: operands[2], number: function.number))
    }
    let targets = stores.map { store in
      let base = places[store.buffer]
      let view = LoopView(Place(base.space, base.offset + store.offset), strides: store.strides)
      return LoopTarget(
        view, register: register(store.operand), accumulates: store.accumulates,
        isDirect: !store.accumulates && !store.isInPlace
          && stores.count { $0.operand == store.operand } == 1)
    }
    return LoopCall(
      extents: extents, loads: loads.map { LoopView(place($0), strides: $0.strides) },
      instructions: instructions, targets: targets, registerCount: registers.count)
  }
}

extension [FusedFunction] {
  /// For each operand the position of the last function that reads it.
  fileprivate func lastReads() -> [LoopOperand: Int] {
    var last: [LoopOperand: Int] = [:]
    for (position, function) in enumerated() {
      for operand in function.operands { last[operand] = position }
    }
    return last
  }
}

/// Registers of a loop; those of loads are never given away.
private struct RegisterFile {
  private(set) var count: Int
  private var free: [Int] = []

  init(loadCount: Int) { count = loadCount }

  /// A register; a fresh one has never held anything else, as a stored value's must not.
  mutating func take(fresh: Bool) -> Int {
    if !fresh, let register = free.popLast() { return register }
    count += 1
    return count - 1
  }

  mutating func release(_ register: Int) { free.append(register) }
}

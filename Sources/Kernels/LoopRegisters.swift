package import CKernels
package import KernelCalls

/// A loop's functions on registers: loads first, then one register per function, reused once its value has
/// been read for the last time. A value that is stored keeps its register.
package struct LoopRegisters {
  /// The functions in order.
  package private(set) var instructions: [vaedp_instruction] = []
  /// The register that each of the loop's stores writes.
  package private(set) var stored: [Int] = []
  /// Number of registers.
  package private(set) var count: Int
  /// Those whose values nobody reads any more.
  private var free: [Int] = []

  /// Registers for a loop.
  package init(_ loop: Loop) {
    count = loop.loads.count
    let functions = loop.fusedFunctions()
    var lastReads: [LoopOperand: Int] = [:]
    for (position, function) in functions.enumerated() {
      for operand in function.operands { lastReads[operand] = position }
    }
    let stored = Set(loop.stores.map(\.operand))
    var assigned: [Int: Int] = [:]
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
        if case .result(let result) = operand { free.append(assigned[result]!) }
      }
      let target = take(fresh: stored.contains(.result(function.result)))
      assigned[function.result] = target
      let operands = function.operands.map { Int32(register($0)) } + [0, 0]
      instructions.append(
        vaedp_instruction(
          function: function.element, target: Int32(target), left: operands[0],
          right: operands[1], third: operands[2], number: function.number))
    }
    self.stored = loop.stores.map { register($0.operand) }
  }

  /// A register; a fresh one has never held anything else, as a stored value's must not.
  private mutating func take(fresh: Bool) -> Int {
    if !fresh, let register = free.popLast() { return register }
    count += 1
    return count - 1
  }
}

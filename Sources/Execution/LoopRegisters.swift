internal import GraphIR
internal import GraphPasses
internal import Kernels

extension Loop {
  /// The loop with registers: loads first, then one register per function, reused once its value has
  /// been read for the last time. A value that is stored keeps its register.
  func call(_ place: (ArrayView) -> Place, _ places: [Place]) -> LoopCall {
    var registers = RegisterFile(loadCount: loads.count)
    let lastReads = self.lastReads()
    let stored = Set(stores.map(\.operand))
    var assigned: [Int] = []
    var instructions: [LoopInstruction] = []
    func register(_ operand: LoopOperand) -> Int {
      switch operand {
      case .load(let index): index
      case .result(let index): assigned[index]
      case .number: preconditionFailure("a number is not in a register")
      }
    }
    for (position, function) in functions.enumerated() {
      let dead = function.operands.filter { lastReads[$0] == position && !stored.contains($0) }
      for (index, operand) in dead.enumerated() where !dead[..<index].contains(operand) {
        if case .result(let result) = operand { registers.release(assigned[result]) }
      }
      let target = registers.take(fresh: stored.contains(.result(position)))
      assigned.append(target)
      instructions.append(function.instruction(target: target, register))
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

  /// For each operand the position of the last function that reads it.
  private func lastReads() -> [LoopOperand: Int] {
    var last: [LoopOperand: Int] = [:]
    for (position, function) in functions.enumerated() {
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

extension LoopFunction {
  fileprivate var operands: [LoopOperand] {
    switch self {
    case .unary(_, let x): [x]
    case .binary(_, let x, let y): [x, y]
    }
  }

  fileprivate func instruction(target: Int, _ register: (LoopOperand) -> Int) -> LoopInstruction {
    switch self {
    case .unary(let function, let x):
      let (element, number) = function.element
      return LoopInstruction(element, target: target, left: register(x), number: number)
    case .binary(let function, .number(let number), let y):
      let (element, operand) = function.element(numberLeft: number)
      return LoopInstruction(element, target: target, left: register(y), number: operand)
    case .binary(let function, let x, .number(let number)):
      let (element, operand) = function.element(numberRight: number)
      return LoopInstruction(element, target: target, left: register(x), number: operand)
    case .binary(let function, let x, let y):
      return LoopInstruction(
        function.element, target: target, left: register(x), right: register(y))
    }
  }
}

extension UnaryFunction {
  fileprivate var element: (ElementFunction, number: Float) {
    switch self {
    case .negate: (.negate, 0)
    case .exp: (.exp, 0)
    case .log: (.log, 0)
    case .log1p: (.log1p, 0)
    case .softplus: (.softplus, 0)
    case .tanh: (.tanh, 0)
    case .sigmoid: (.sigmoid, 0)
    case .squareRoot: (.squareRoot, 0)
    case .square: (.square, 0)
    case .reciprocal: (.reciprocal, 0)
    case .erf: (.erf, 0)
    case .relu: (.maximumNumber, 0)
    case .leakyReLU(let slope): (.leakyReLU, Float(slope))
    case .step: (.step, 0)
    }
  }
}

extension BinaryFunction {
  fileprivate var element: ElementFunction {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .maximum: .maximum
    case .minimum: .minimum
    }
  }

  fileprivate func element(numberLeft number: Double) -> (ElementFunction, Float) {
    switch self {
    case .add: (.addNumber, Float(number))
    case .subtract: (.subtractFromNumber, Float(number))
    case .multiply: (.multiplyNumber, Float(number))
    case .divide: (.divideNumberBy, Float(number))
    case .maximum: (.maximumNumber, Float(number))
    case .minimum: (.minimumNumber, Float(number))
    }
  }

  fileprivate func element(numberRight number: Double) -> (ElementFunction, Float) {
    switch self {
    case .subtract: (.addNumber, Float(-number))
    case .divide: (.multiplyNumber, Float(1 / number))
    case .add, .multiply, .maximum, .minimum: element(numberLeft: number)
    }
  }
}

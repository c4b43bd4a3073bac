internal import GraphIR
internal import GraphPasses
internal import Kernels

/// A function of the element-wise kernel, which may stand for several of a loop's.
struct FusedFunction {
  var element: ElementFunction
  /// What it reads: at most three loads or results.
  var operands: [LoopOperand]
  var number: Float
  /// Position in the loop of the function whose result it computes.
  var result: Int
}

extension Loop {
  /// The loop's functions as the kernel computes them: a product that is only added to something is
  /// computed with the addition, and a product with the derivative of a (leaky) ReLU,
  /// step(x) · (1 − slope) + slope, is a choice.
  func fusedFunctions() -> [FusedFunction] {
    let stored = Set(stores.map(\.operand))
    var readings: [LoopOperand: Int] = [:]
    for operand in functions.flatMap(\.operands) { readings[operand, default: 0] += 1 }
    /// The function behind an operand, where nobody else needs its result.
    func source(_ operand: LoopOperand) -> Int? {
      guard case .result(let index) = operand, readings[operand] == 1, !stored.contains(operand)
      else { return nil }
      return index
    }
    var fused: [FusedFunction?] = []
    for (position, function) in functions.enumerated() {
      var own = function.fused(position)
      switch function {
      case .binary(.multiply, let x, let y):
        for (value, factor) in [(x, y), (y, x)] where !value.isNumber {
          guard let mask = mask(factor, source) else { continue }
          for part in mask.parts { fused[part] = nil }
          own = FusedFunction(
            element: .masked, operands: [value, mask.sign], number: mask.slope, result: position)
          break
        }
      case .binary(.add, let x, let y):
        for (product, other) in [(y, x), (x, y)] where !other.isNumber {
          guard let index = source(product), let inner = fused[index], inner.element == .multiply
          else { continue }
          fused[index] = nil
          own = FusedFunction(
            element: .multiplyAdd, operands: inner.operands + [other], number: 0, result: position)
          break
        }
      default: break
      }
      fused.append(own)
    }
    return fused.compactMap(\.self)
  }

  /// What decides and what is left below zero, where a factor is step(x) · (1 − slope) + slope; with
  /// the functions that make the factor.
  private func mask(_ factor: LoopOperand, _ source: (LoopOperand) -> Int?)
    -> (sign: LoopOperand, slope: Float, parts: [Int])?
  {
    guard let index = source(factor) else { return nil }
    /// The result of a ReLU has its operand's sign.
    func made(_ x: LoopOperand, _ slope: Double, _ parts: [Int])
      -> (sign: LoopOperand, slope: Float, parts: [Int])?
    {
      guard !x.isNumber else { return nil }
      if let index = source(x) {
        switch functions[index] {
        case .unary(.relu, let x), .unary(.leakyReLU, let x):
          return (x, Float(slope), parts + [index])
        default: break
        }
      }
      return (x, Float(slope), parts)
    }
    if case .unary(.step, let x) = functions[index] { return made(x, 0, [index]) }
    guard case .binary(.add, let scaled, .number(let slope)) = functions[index].numberLast,
      let inner = source(scaled),
      case .binary(.multiply, let step, .number(let rest)) = functions[inner].numberLast,
      abs(rest + slope - 1) < 1e-12, let innermost = source(step),
      case .unary(.step, let x) = functions[innermost]
    else { return nil }
    return made(x, slope, [index, inner, innermost])
  }
}

extension LoopOperand {
  fileprivate var isNumber: Bool { if case .number = self { true } else { false } }
}

extension LoopFunction {
  /// What it reads.
  var operands: [LoopOperand] {
    switch self {
    case .unary(_, let x): [x]
    case .binary(_, let x, let y): [x, y]
    }
  }

  /// The same sum or product with its number, if it has one, on the right.
  fileprivate var numberLast: LoopFunction {
    switch self {
    case .binary(.add, .number(let number), let y): .binary(.add, y, .number(number))
    case .binary(.multiply, .number(let number), let y): .binary(.multiply, y, .number(number))
    case .unary, .binary: self
    }
  }

  /// This function alone.
  fileprivate func fused(_ position: Int) -> FusedFunction {
    func made(_ element: ElementFunction, _ operands: [LoopOperand], _ number: Float = 0)
      -> FusedFunction
    {
      FusedFunction(element: element, operands: operands, number: number, result: position)
    }
    switch self {
    case .unary(let function, let x):
      let (element, number) = function.element
      return made(element, [x], number)
    case .binary(let function, .number(let number), let y):
      let (element, operand) = function.element(numberLeft: number)
      return made(element, [y], operand)
    case .binary(let function, let x, .number(let number)):
      let (element, operand) = function.element(numberRight: number)
      return made(element, [x], operand)
    case .binary(let function, let x, let y): return made(function.element, [x, y])
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

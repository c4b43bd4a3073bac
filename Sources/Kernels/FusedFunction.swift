internal import CKernels
internal import GraphIR
internal import KernelCalls

/// A function of the element-wise kernel, which may stand for several of a loop's.
struct FusedFunction {
  var element: vaedp_function
  /// What it reads: at most three loads or results.
  var operands: [LoopOperand]
  var number: Float
  /// Position in the loop of the function whose result it computes.
  var result: Int
}

extension Loop {
  /// The loop's functions as the kernel computes them: a product that is only added to something is
  /// computed with the addition, and a product with the derivative of a (leaky) ReLU,
  /// heaviside(x) · (1 − slope) + slope, is a choice.
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
            element: VAEDP_MASKED, operands: [value, mask.sign], number: mask.slope,
            result: position)
          break
        }
      case .binary(.add, let x, let y):
        for (product, other) in [(y, x), (x, y)] where !other.isNumber {
          guard let index = source(product), let inner = fused[index],
            inner.element == VAEDP_MULTIPLY
          else { continue }
          fused[index] = nil
          own = FusedFunction(
            element: VAEDP_MULTIPLY_ADD, operands: inner.operands + [other], number: 0,
            result: position)
          break
        }
      default: break
      }
      fused.append(own)
    }
    return fused.compactMap(\.self)
  }

  /// What decides and what is left below zero, where a factor is heaviside(x) · (1 − slope) + slope; with
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
    if case .unary(.heaviside, let x) = functions[index] { return made(x, 0, [index]) }
    guard case .binary(.add, let scaled, .number(let slope)) = functions[index].numberLast,
      let inner = source(scaled),
      case .binary(.multiply, let step, .number(let rest)) = functions[inner].numberLast,
      abs(rest + slope - 1) < 1e-12, let innermost = source(step),
      case .unary(.heaviside, let x) = functions[innermost]
    else { return nil }
    return made(x, slope, [index, inner, innermost])
  }
}

extension LoopOperand {
  fileprivate var isNumber: Bool { if case .number = self { true } else { false } }
}

extension LoopFunction {
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
    func made(_ element: vaedp_function, _ operands: [LoopOperand], _ number: Float = 0)
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
  fileprivate var element: (vaedp_function, number: Float) {
    switch self {
    case .negate: (VAEDP_NEGATE, 0)
    case .exp: (VAEDP_EXP, 0)
    case .log: (VAEDP_LOG, 0)
    case .log1p: (VAEDP_LOG1P, 0)
    case .softplus: (VAEDP_SOFTPLUS, 0)
    case .tanh: (VAEDP_TANH, 0)
    case .sigmoid: (VAEDP_SIGMOID, 0)
    case .squareRoot: (VAEDP_SQUARE_ROOT, 0)
    case .square: (VAEDP_SQUARE, 0)
    case .reciprocal: (VAEDP_RECIPROCAL, 0)
    case .erf: (VAEDP_ERF, 0)
    case .relu: (VAEDP_MAXIMUM_NUMBER, 0)
    case .leakyReLU(let slope): (VAEDP_LEAKY_RELU, Float(slope))
    case .heaviside: (VAEDP_HEAVISIDE, 0)
    case .floor: (VAEDP_FLOOR, 0)
    }
  }
}

extension BinaryFunction {
  fileprivate var element: vaedp_function {
    switch self {
    case .add: VAEDP_ADD
    case .subtract: VAEDP_SUBTRACT
    case .multiply: VAEDP_MULTIPLY
    case .divide: VAEDP_DIVIDE
    case .maximum: VAEDP_MAXIMUM
    case .minimum: VAEDP_MINIMUM
    }
  }

  fileprivate func element(numberLeft number: Double) -> (vaedp_function, Float) {
    switch self {
    case .add: (VAEDP_ADD_NUMBER, Float(number))
    case .subtract: (VAEDP_SUBTRACT_FROM_NUMBER, Float(number))
    case .multiply: (VAEDP_MULTIPLY_NUMBER, Float(number))
    case .divide: (VAEDP_DIVIDE_NUMBER_BY, Float(number))
    case .maximum: (VAEDP_MAXIMUM_NUMBER, Float(number))
    case .minimum: (VAEDP_MINIMUM_NUMBER, Float(number))
    }
  }

  fileprivate func element(numberRight number: Double) -> (vaedp_function, Float) {
    switch self {
    case .subtract: (VAEDP_ADD_NUMBER, Float(-number))
    case .divide: (VAEDP_MULTIPLY_NUMBER, Float(1 / number))
    case .add, .multiply, .maximum, .minimum: element(numberLeft: number)
    }
  }
}

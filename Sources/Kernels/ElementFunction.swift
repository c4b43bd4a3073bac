internal import CKernels

/// A function that the element-wise kernel knows; those named for it take a number as second operand.
package enum ElementFunction: Hashable, Sendable, CaseIterable {
  case negate, exp, log, log1p, softplus, tanh, sigmoid, squareRoot, square, reciprocal, erf
  case leakyReLU, step
  case add, subtract, multiply, divide, maximum, minimum
  case addNumber, subtractFromNumber, multiplyNumber, divideNumberBy, maximumNumber, minimumNumber
  /// left · right + third.
  case multiplyAdd
  /// left where right > 0, else number · left.
  case masked

  var code: vaedp_function {
    switch self {
    case .negate: VAEDP_NEGATE
    case .exp: VAEDP_EXP
    case .log: VAEDP_LOG
    case .log1p: VAEDP_LOG1P
    case .softplus: VAEDP_SOFTPLUS
    case .tanh: VAEDP_TANH
    case .sigmoid: VAEDP_SIGMOID
    case .squareRoot: VAEDP_SQUARE_ROOT
    case .square: VAEDP_SQUARE
    case .reciprocal: VAEDP_RECIPROCAL
    case .erf: VAEDP_ERF
    case .leakyReLU: VAEDP_LEAKY_RELU
    case .step: VAEDP_STEP
    case .add: VAEDP_ADD
    case .subtract: VAEDP_SUBTRACT
    case .multiply: VAEDP_MULTIPLY
    case .divide: VAEDP_DIVIDE
    case .maximum: VAEDP_MAXIMUM
    case .minimum: VAEDP_MINIMUM
    case .addNumber: VAEDP_ADD_NUMBER
    case .subtractFromNumber: VAEDP_SUBTRACT_FROM_NUMBER
    case .multiplyNumber: VAEDP_MULTIPLY_NUMBER
    case .divideNumberBy: VAEDP_DIVIDE_NUMBER_BY
    case .maximumNumber: VAEDP_MAXIMUM_NUMBER
    case .minimumNumber: VAEDP_MINIMUM_NUMBER
    case .multiplyAdd: VAEDP_MULTIPLY_ADD
    case .masked: VAEDP_MASKED
    }
  }
}

package import GraphIR

/// Element-wise functions, repetitions and sums over one index space, in one pass over memory.
package struct Loop: Hashable, Sendable {
  /// Extents of the index space.
  package var extents: [Int]
  /// For each operand its strides along the loop's axes; 0 repeats.
  package var loads: [[Int]]
  /// What is computed, in order.
  package var functions: [LoopFunction]
  /// For each result what is written, and how; in order.
  package var stores: [LoopStore]

  /// A loop over `extents`.
  package init(
    extents: [Int], loads: [[Int]], functions: [LoopFunction], stores: [LoopStore]
  ) {
    (self.extents, self.loads, self.functions) = (extents, loads, functions)
    self.stores = stores
  }
}

/// An operand of an element-wise function.
package enum LoopOperand: Hashable, Sendable {
  /// One of the loop's loads.
  case load(Int)
  /// The result of an earlier function of the loop.
  case result(Int)
  /// One number for all elements.
  case number(Double)
}

/// One element-wise function in a loop.
package enum LoopFunction: Hashable, Sendable {
  case unary(UnaryFunction, LoopOperand)
  case binary(BinaryFunction, LoopOperand, LoopOperand)

  /// What it reads.
  package var operands: [LoopOperand] {
    switch self {
    case .unary(_, let x): [x]
    case .binary(_, let x, let y): [x, y]
    }
  }
}

/// One write of a loop.
package struct LoopStore: Hashable, Sendable {
  /// What is written.
  package var operand: LoopOperand
  /// Strides along the loop's axes; 0 sums, for an accumulating store.
  package var strides: [Int]
  /// Sums instead of writing; the loop zeroes the array first.
  package var accumulates: Bool

  /// A write of a load or a result.
  package init(_ operand: LoopOperand, strides: [Int], accumulates: Bool = false) {
    (self.operand, self.strides, self.accumulates) = (operand, strides, accumulates)
  }
}

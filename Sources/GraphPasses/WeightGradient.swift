package import GraphIR

/// The gradient of a dense layer's weights, left to be made over a whole minibatch: dW = aᵀ b with
/// a `[examples, rows]` and b `[examples, columns]`.
package struct WeightGradient: Hashable, Sendable {
  /// The parameter, by index.
  package var parameter: Int
  /// Shape of the weights.
  package var rows: Int, columns: Int
  /// The operands' positions in `Program.kept`.
  package var a: Int, b: Int
}

extension Program {
  /// Takes gradients of dense weights out of the program and keeps their operands instead.
  ///
  /// Made in every shard, such a gradient is written as often as there are shards, and read as often by the
  /// sum; over the whole minibatch the sum is part of the product. Where weights are many that is most of
  /// the memory and of the traffic of a step.
  ///
  /// - Parameters:
  ///   - outputs: the graph's.
  ///   - examples: rows of the shard; taken out is what has one row per example.
  ///   - smallest: weights that a layer must have at least.
  package mutating func deferWeightGradients(
    of outputs: [Output], examples: Int, smallest: Int
  ) {
    let read = Set(instructions.flatMap(\.reads))
    let all = instructions
    instructions = []
    for instruction in all {
      if case .product(let product, let a, let b, let epilogue, let result) = instruction,
        case .matmul(let rows, let columns, examples, true, false) = product,
        epilogue == Epilogue(), rows * columns >= smallest, !read.contains(result),
        case .output(let output) = buffers[result].kind,
        case .gradient(let parameter) = outputs[output].role, isWhole(a), isWhole(b)
      {
        weightGradients.append(
          WeightGradient(
            parameter: parameter, rows: rows, columns: columns, a: keep(a.owner), b: keep(b.owner)))
      } else {
        instructions.append(instruction)
      }
    }
  }

  private func isWhole(_ view: ArrayView) -> Bool {
    switch buffers[view.owner].kind {
    case .temporary, .input:
      view.isDense && view.offset == 0 && view.count == buffers[view.owner].shape.count
    case .parameter, .output: false
    }
  }

  private mutating func keep(_ buffer: Int) -> Int {
    if let index = kept.firstIndex(of: buffer) { return index }
    kept.append(buffer)
    return kept.count - 1
  }
}

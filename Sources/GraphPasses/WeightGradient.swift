package import GraphIR

/// The gradient of a dense layer's weights, left to be made over a whole minibatch: dW = aᵀ b with
/// a `[examples, rows]`, the gradient of the layer's result, and b `[examples, columns]`, what it read.
package struct WeightGradient: Hashable, Sendable {
  /// The parameter, by index.
  package var parameter: Int
  /// Shape of the weights.
  package var rows: Int, columns: Int
  /// Position of a in `Program.kept`.
  package var a: Int
  /// Position of b there; nil where the layer read the non-zeros of sparse examples.
  package var b: Int?
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
    let met = Set(instructions.filter(\.isMeeting).flatMap(\.writes))
    let all = instructions
    instructions = []
    for instruction in all {
      if case .sparse(let product, let a, _, let result) = instruction,
        product.kind == .weightGradient, product.rows == examples,
        product.inputs * product.outputs >= smallest, !read.contains(result), isWhole(a),
        !met.contains(a.owner),
        let parameter = parameter(of: result, outputs)
      {
        weightGradients.append(
          WeightGradient(
            parameter: parameter, rows: product.outputs, columns: product.inputs, a: keep(a.owner)))
      } else if case .product(let product, let a, let b, let epilogue, let result) = instruction,
        case .matmul(let rows, let columns, examples, true, false) = product,
        epilogue == Epilogue(), rows * columns >= smallest, !read.contains(result),
        let parameter = parameter(of: result, outputs), isWhole(a), isWhole(b),
        !met.contains(a.owner), !met.contains(b.owner)
      {
        weightGradients.append(
          WeightGradient(
            parameter: parameter, rows: rows, columns: columns, a: keep(a.owner), b: keep(b.owner)))
      } else {
        instructions.append(instruction)
      }
    }
  }

  /// The parameter whose gradient a buffer is.
  private func parameter(of buffer: Int, _ outputs: [Output]) -> Int? {
    guard case .output(let output) = buffers[buffer].kind,
      case .gradient(let parameter) = outputs[output].role
    else { return nil }
    return parameter
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

package import GraphIR
internal import KernelCalls

/// The gradient of a dense layer's weights, left to be made over a whole minibatch: dW = aᵀ b with
/// a `[examples, rows]`, the gradient of the layer's result, and b `[examples, columns]`, what it read.
package struct WeightGradient: Hashable, Sendable {
  /// The parameter, by index.
  package var parameter: Int
  /// Shape of the weights.
  package var rows: Int, columns: Int
  /// Position of a in `Program.saved`.
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
    let read = Set(calls.flatMap(\.reads).map(\.owner))
    let met = Set(calls.filter(\.isMeeting).flatMap(\.results).map(\.owner))
    let ofExamples = madeFromExamples()
    let all = calls
    calls = []
    for call in all {
      if let (rows, columns) = call.weightGradient(of: examples), rows * columns >= smallest,
        !read.contains(call.results[0].owner),
        call.operands.allSatisfy({ isWhole($0) && !met.contains($0.owner) }),
        call.operands.dropFirst().allSatisfy({ ofExamples.contains($0.owner) }),
        let parameter = parameter(of: call.results[0].owner, outputs)
      {
        let saved = call.operands.map { save($0.owner) }
        weightGradients.append(
          WeightGradient(
            parameter: parameter, rows: rows, columns: columns, a: saved[0],
            b: saved.count > 1 ? saved[1] : nil))
      } else {
        calls.append(call)
      }
    }
  }

  /// Buffers that depend on inputs or on noise of examples, which have a row for each; others may have as many rows by
  /// chance, as what is scattered to rows.
  private func madeFromExamples() -> Set<Int> {
    var made = Set(
      buffers.indices.filter { if case .input = buffers[$0].kind { true } else { false } })
    for call in calls {
      let isNoise = if case .noise(_, _, .examples, _, _) = call.kernel { true } else { false }
      if case .scatterRows = call.kernel { continue }
      if isNoise || call.reads.contains(where: { made.contains($0.owner) }) {
        made.formUnion(call.results.map(\.owner))
      }
    }
    return made
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

  private mutating func save(_ buffer: Int) -> Int {
    if let index = saved.firstIndex(of: buffer) { return index }
    saved.append(buffer)
    return saved.count - 1
  }
}

extension Call {
  /// Rows and columns of aᵀ b, where the call is that with a row of a and of b per example.
  fileprivate func weightGradient(of examples: Int) -> (rows: Int, columns: Int)? {
    switch kernel {
    case .sparseMatmul(let s) where s.kind == .weightGradient && s.rows == examples:
      (s.outputs, s.inputs)
    case .matmul(let m)
    where m.inner == examples && m.transposeLeft && !m.transposeRight && epilogue == Epilogue():
      (m.rows, m.columns)
    default: nil
    }
  }
}

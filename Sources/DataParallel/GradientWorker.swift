package import Execution
package import GraphPasses
package import GraphRuns
package import Kernels
package import Storage

/// What one worker makes tiles of gradients with.
package final class GradientWorker {
  /// The tile that it made last.
  package let tile: AlignedFloats
  private var scratch = AlignedFloats(count: 0)
  private var kernels: [Int: [WeightGradientKernel?]] = [:]

  /// A worker for tiles of so many floats at most.
  package init(largestTile: Int) { tile = AlignedFloats(count: largestTile) }

  /// Bytes of its memory.
  var byteCount: Int { (tile.count + scratch.count) * 4 }

  /// Overwrites all of it.
  func poison(_ value: Float) {
    tile.fill(value)
    scratch.fill(value)
  }

  /// Makes kernels for minibatches of so many examples, where there are none yet.
  ///
  /// - Throws: `KernelError` where oneDNN refuses a product.
  package func prepare(examples: Int, _ plan: Plan) throws(KernelError) {
    guard !plan.weightGradients.isEmpty, kernels[examples] == nil else { return }
    var made: [WeightGradientKernel?] = []
    for gradient in plan.weightGradients {
      made.append(
        gradient.b == nil
          ? nil
          : try WeightGradientKernel(
            rows: gradient.rows, columns: gradient.columns, examples: examples))
    }
    kernels[examples] = made
    let needed = made.compactMap { $0?.scratchCount }.max() ?? 0
    if scratch.count < needed { scratch = AlignedFloats(count: needed) }
  }

  /// Writes a tile of a plan's gradient; false where oneDNN fails.
  ///
  /// - Parameters:
  ///   - index: position of the gradient in the plan that the kernels were prepared for.
  ///   - minibatch: what it is made from.
  @unsafe package func make(
    _ index: Int, _ gradient: WeightGradient, _ tile: WeightTile,
    from minibatch: borrowing MinibatchOperands, into result: UnsafeMutablePointer<Float>
  ) -> Bool {
    let a = unsafe minibatch.rows.row(0, of: gradient.a)
    guard let b = gradient.b else {
      guard let columns = unsafe minibatch.columns else { return false }
      unsafe columns.makeGradient(
        tile, shards: minibatch.shards, dy: a, outputs: gradient.rows, into: result)
      return true
    }
    guard let kernel = unsafe kernels[minibatch.examples]?[index] else { return false }
    return unsafe kernel.run(
      tile, a: a, b: minibatch.rows.row(0, of: b), into: result, scratch: scratch.pointer)
  }
}

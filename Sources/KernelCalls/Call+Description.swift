internal import GraphIR

extension Call {
  /// What is computed, with its extents.
  package var label: String {
    let activation = epilogue.slope.map { $0 == 0 ? " + ReLU" : " + LeakyReLU" }
    return kernel.label + (epilogue.bias == nil ? "" : " + bias") + (activation ?? "")
  }
}

extension Kernel {
  fileprivate var label: String {
    switch self {
    case .loop(let loop):
      let extents = loop.extents.map(String.init).joined(separator: "×")
      return "loop \(extents): \(loop.loads.count) loads, \(loop.functions.count) functions, "
        + "\(loop.stores.count) stores"
    case .matmul(let s):
      let transposes = (s.transposeLeft ? "T" : "N") + (s.transposeRight ? "T" : "N")
      return "matmul \(transposes) \(s.rows)×\(s.inner)×\(s.columns)"
    case .convolution(let kind, let s): return "\(kind) convolution \(s.label)"
    case .im2col(let s): return "im2col \(s.label)"
    case .col2im(let s): return "col2im \(s.label)"
    case .matmulCol2im(let s): return "matmul and col2im \(s.label)"
    case .sparseMatmul(let s):
      let name = s.kind == .forward ? "sparse matmul" : "sparse weight gradient"
      let nonZeros = Int(s.sparsity.meanPerRow.rounded())
      return "\(name) \(s.rows)×\(s.inputs)×\(s.outputs), \(nonZeros) non-zeros per row"
    case .noise(.permutation, _, _, let count, let perRow): return "permutation \(count)×\(perRow)"
    case .noise(_, _, _, let count, let perRow): return "noise \(count)×\(perRow)"
    case .logSumExp(let outer, let count, let inner): return "logSumExp \(outer)×\(count)×\(inner)"
    case .gatherRows(let s): return "gather \(s.count)×\(s.width) of \(s.rows) rows"
    case .scatterRows(let s): return "scatter \(s.count)×\(s.width) to \(s.rows) rows"
    case .fill(_, let count): return "fill \(count)"
    case .collective(let collective): return "\(collective.kind)"
    }
  }

  /// Floating-point operations of a product, a multiplication and an addition counted as two. A `Double`,
  /// because the largest layers at the largest minibatch come to more than 2⁶³.
  package var flops: Double {
    switch self {
    case .matmul(let s): product(2, s.rows, s.columns, s.inner)
    case .convolution(_, let s), .matmulCol2im(let s): product(2, s.pixelCount, s.weightCount)
    case .sparseMatmul(let s):
      2 * (Double(s.rows) * s.sparsity.meanPerRow).rounded() * Double(s.outputs)
    case .loop, .im2col, .col2im, .noise, .logSumExp, .gatherRows, .scatterRows, .fill, .collective:
      0
    }
  }

  /// Bytes that a call bound by memory reads and writes, repetitions not counted.
  package var byteCount: Int {
    switch self {
    case .loop(let loop):
      return (loop.loads + loop.stores.map(\.strides)).reduce(0) { sum, strides in
        sum + 4 * zip(loop.extents, strides).reduce(1) { $1.1 == 0 ? $0 : $0 * $1.0 }
      }
    case .im2col(let s), .col2im(let s):
      return 4 * (s.count * s.xSize + s.pixelCount * s.windowSize)
    case .noise(_, _, _, let count, let perRow): return 4 * count * perRow
    case .logSumExp(let outer, let count, let inner): return 4 * outer * (count + 1) * inner
    case .gatherRows(let s): return 12 * s.count * s.width
    case .scatterRows(let s): return 4 * (2 * s.count + s.rows) * s.width
    case .fill(_, let count): return 4 * count
    case .matmul, .convolution, .matmulCol2im, .sparseMatmul, .collective: return 0
    }
  }
}

/// A product of counts, which may be more than an integer holds.
private func product(_ factors: Int...) -> Double { factors.reduce(1) { $0 * Double($1) } }

extension Convolution {
  fileprivate var label: String {
    "\(count)×\(height)×\(width)×\(inChannels) → \(outHeight)×\(outWidth)×\(outChannels), "
      + "kernel \(kernelHeight)×\(kernelWidth)"
  }
}

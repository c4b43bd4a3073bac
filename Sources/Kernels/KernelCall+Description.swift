internal import GraphIR

extension KernelCall {
  /// Whether the call runs on a kernel of the library.
  package var isProduct: Bool {
    switch self {
    case .matmul, .convolution, .columns: true
    case .loop, .patches, .overlap, .sparse, .noise, .logSumExp, .fill: false
    }
  }

  /// What is computed, with its extents.
  package var label: String {
    switch self {
    case .loop(let loop):
      let extents = loop.extents.map(String.init).joined(separator: "×")
      return "loop \(extents): \(loop.loads.count) loads, \(loop.instructions.count) functions, "
        + "\(loop.targets.count) stores"
    case .matmul(let s, _, _, let epilogue, _):
      let transposes = (s.transposeLeft ? "T" : "N") + (s.transposeRight ? "T" : "N")
      return "matmul \(transposes) \(s.rows)×\(s.inner)×\(s.columns)\(epilogue.label)"
    case .convolution(let kind, let s, _, _, let epilogue, _):
      return "\(kind) convolution \(s.label)\(epilogue.label)"
    case .columns(let s, _, _, _): return "columns \(s.label)"
    case .patches(let s, _, _): return "patches \(s.label)"
    case .overlap(let s, _, _): return "overlap \(s.label)"
    case .sparse(let sparse, _, let epilogue, _): return sparse.label + epilogue.label
    case .noise(_, _, let examples, let perExample, _): return "noise \(examples)×\(perExample)"
    case .logSumExp(let outer, let count, let inner, _, _):
      return "logSumExp \(outer)×\(count)×\(inner)"
    case .fill(_, let count, _): return "fill \(count)"
    }
  }

  /// Floating-point operations of a product, a multiplication and an addition counted as two. A `Double`,
  /// because the largest layers at the largest minibatch come to more than 2⁶³.
  package var flops: Double {
    switch self {
    case .matmul(let s, _, _, _, _): product(2, s.rows, s.columns, s.inner)
    case .convolution(_, let s, _, _, _, _), .columns(let s, _, _, _):
      product(
        2, s.count, s.outHeight, s.outWidth, s.outChannels, s.inChannels, s.kernelHeight,
        s.kernelWidth)
    case .sparse(let sparse, _, _, _): sparse.flops
    case .loop, .patches, .overlap, .noise, .logSumExp, .fill: 0
    }
  }

  /// Bytes that a call bound by memory reads and writes, repetitions not counted.
  package var byteCount: Int {
    switch self {
    case .loop(let loop):
      let views = loop.loads.map(\.strides) + loop.targets.map(\.view.strides)
      return views.reduce(0) { sum, strides in
        sum + 4 * zip(loop.extents, strides).reduce(1) { $1.1 == 0 ? $0 : $0 * $1.0 }
      }
    case .patches(let s, _, _), .overlap(let s, _, _):
      let pixels = s.height * s.width + s.outHeight * s.outWidth * s.kernelHeight * s.kernelWidth
      return 4 * s.count * pixels * s.inChannels
    case .noise(_, _, let examples, let perExample, _): return 4 * examples * perExample
    case .logSumExp(let outer, let count, let inner, _, _): return 4 * outer * (count + 1) * inner
    case .fill(_, let count, _): return 4 * count
    case .matmul, .convolution, .columns, .sparse: return 0
    }
  }
}

/// A product of counts, which may be more than an integer holds.
private func product(_ factors: Int...) -> Double { factors.reduce(1) { $0 * Double($1) } }

extension CallEpilogue {
  fileprivate var label: String {
    (bias == nil ? "" : " + bias") + (slope.map { $0 == 0 ? " + ReLU" : " + LeakyReLU" } ?? "")
  }
}

extension ConvolutionCall {
  fileprivate var label: String {
    "\(count)×\(height)×\(width)×\(inChannels) → \(outHeight)×\(outWidth)×\(outChannels), "
      + "kernel \(kernelHeight)×\(kernelWidth)"
  }
}

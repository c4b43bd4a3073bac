internal import CKernels
internal import GraphIR
internal import KernelCalls

typealias Bases = UnsafeMutablePointer<UnsafeMutablePointer<Float>>

/// What a run gives to its calls.
@safe struct RunContext {
  /// Where each space begins.
  var bases: Bases
  var scratch: UnsafeMutablePointer<Float>
  /// One id per example.
  var ids: UnsafePointer<UInt32>
  var noise: NoiseKey
  /// The non-zeros of all examples, where they are at hand.
  var rows: CSRMatrix?

  func address(_ place: Place) -> UnsafeMutablePointer<Float> { unsafe place.address(bases) }

  func address(_ place: Place?) -> UnsafePointer<Float>? {
    if let place { unsafe UnsafePointer(place.address(bases)) } else { nil }
  }
}

extension Place {
  @unsafe func address(_ bases: Bases) -> UnsafeMutablePointer<Float> {
    unsafe bases[Int(space.rawValue)] + offset
  }
}

/// A call ready to be made again and again by one thread at a time.
@safe struct PreparedCall {
  /// The library's kernel, where it runs on one.
  var product: ProductKernel? = nil
  /// Floats of scratch memory that it needs.
  var scratchCount = 0
  /// Makes the call; false where it fails. Captures numbers and its own kernel alone, and allocates nothing.
  var run: (RunContext) -> Bool
}

extension Call<Place> {
  /// The call with everything made that a run need not make.
  ///
  /// - Throws: `KernelError` where oneDNN refuses a product.
  func prepared(_ precision: Precision) throws(KernelError) -> PreparedCall {
    let result = results[0]
    switch kernel {
    case .loop(let loop): return prepared(loop)
    case .matmul(let shape): return try prepared(shape, precision)
    case .convolution(let kind, let shape): return try prepared(kind, shape, precision)
    case .matmulCol2im(let shape): return try preparedMatmulCol2im(shape, precision)
    case .sparseMatmul(let shape): return prepared(shape)
    case .im2col(let shape):
      let (x, windows) = (operands[0], vaedp_windows(shape))
      return PreparedCall { run in
        unsafe vaedp_im2col(run.address(x), run.address(result), shape.count, windows)
        return true
      }
    case .col2im(let shape):
      let (x, windows) = (operands[0], vaedp_windows(shape))
      return PreparedCall { run in
        unsafe vaedp_col2im(run.address(x), run.address(result), shape.count, windows)
        return true
      }
    case .noise(let distribution, let stream, let rows, let count, let perRow):
      return prepared(distribution, stream: stream, rows, count: count, perRow: perRow)
    case .logSumExp(let outer, let count, let inner):
      let x = operands[0]
      return PreparedCall { run in
        unsafe vaedp_log_sum_exp(run.address(x), run.address(result), outer, count, inner)
        return true
      }
    case .gatherRows(let shape):
      let (x, index) = (operands[0], operands[1])
      return PreparedCall { run in
        unsafe vaedp_gather_rows(
          run.address(x), run.address(index), run.address(result), shape.rows, shape.count,
          shape.width)
        return true
      }
    case .scatterRows(let shape):
      let (y, index) = (operands[0], operands[1])
      return PreparedCall { run in
        unsafe vaedp_scatter_rows(
          run.address(y), run.address(index), run.address(result), shape.rows, shape.count,
          shape.width)
        return true
      }
    case .fill(let value, let count):
      return PreparedCall { run in
        unsafe run.address(result).update(repeating: value, count: count)
        return true
      }
    case .collective: preconditionFailure("shards meet between calls")
    }
  }
}

extension vaedp_windows {
  init(_ shape: Convolution) {
    self.init(
      height: shape.height, width: shape.width, channels: shape.inChannels,
      out_height: shape.outHeight, out_width: shape.outWidth, kernel_h: shape.kernelHeight,
      kernel_w: shape.kernelWidth, stride_h: shape.geometry.strideHeight,
      stride_w: shape.geometry.strideWidth, padding_h: shape.geometry.paddingHeight,
      padding_w: shape.geometry.paddingWidth)
  }
}

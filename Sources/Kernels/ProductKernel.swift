internal import COneDNN
internal import GraphIR

/// oneDNN refuses a product, or fails while it runs one.
package struct KernelError: Error, CustomStringConvertible {
  /// What was asked for and what came back, one line.
  package var description: String
}

/// A product with fixed shapes; used by one thread at a time.
@safe final class ProductKernel {
  let handle: OpaquePointer

  init(
    _ call: MatmulCall, bias: Bool, slope: Double?, _ precision: Precision
  ) throws(KernelError) {
    let shape = vaedp_matmul(
      rows: call.rows, columns: call.columns, inner: call.inner,
      transpose_left: call.transposeLeft, transpose_right: call.transposeRight,
      left_stride: call.leftStride ?? 0, right_stride: call.rightStride ?? 0)
    unsafe handle = try ProductKernel.checked(
      vaedp_matmul_create(shape, vaedp_epilogue(bias: bias, slope: slope), precision.code),
      "\(call) in \(precision)")
  }

  init(
    _ kind: ConvolutionKind, _ call: ConvolutionCall, bias: Bool, slope: Double?,
    _ precision: Precision
  ) throws(KernelError) {
    let shape = vaedp_convolution(
      count: call.count, height: call.height, width: call.width, in: call.inChannels,
      out: call.outChannels, out_height: call.outHeight, out_width: call.outWidth,
      kernel_h: call.kernelHeight, kernel_w: call.kernelWidth,
      stride_h: call.geometry.strideHeight, stride_w: call.geometry.strideWidth,
      padding_h: call.geometry.paddingHeight, padding_w: call.geometry.paddingWidth)
    unsafe handle = try ProductKernel.checked(
      vaedp_convolution_create(
        kind.code, shape, vaedp_epilogue(bias: bias, slope: slope), precision.code),
      "\(kind) \(call) in \(precision)")
  }

  deinit { unsafe vaedp_product_free(handle) }

  /// Bytes of scratch memory that a run needs.
  var scratchByteCount: Int { unsafe vaedp_product_scratch(handle) }

  /// The library's name of the kernel it chose.
  var implementation: String { unsafe String(cString: vaedp_product_implementation(handle)) }

  private static func checked(_ handle: OpaquePointer?, _ what: String) throws(KernelError)
    -> OpaquePointer
  {
    guard let handle = unsafe handle else {
      let reason = unsafe String(cString: vaedp_last_refusal())
      throw KernelError(description: "\(reason) for \(what)")
    }
    return unsafe handle
  }
}

extension vaedp_epilogue {
  fileprivate init(bias: Bool, slope: Double?) {
    self.init(
      bias: bias, activation: slope == nil ? VAEDP_LINEAR : VAEDP_RELU, slope: Float(slope ?? 0))
  }
}

extension ConvolutionKind {
  fileprivate var code: vaedp_convolution_kind {
    switch self {
    case .forward: VAEDP_CONVOLUTION
    case .inputGradient: VAEDP_CONVOLUTION_INPUT_GRADIENT
    case .weightGradient: VAEDP_CONVOLUTION_WEIGHT_GRADIENT
    }
  }
}

extension Precision {
  fileprivate var code: vaedp_precision {
    switch self {
    case .float32: VAEDP_FLOAT32
    case .bfloat16: VAEDP_BFLOAT16
    }
  }
}

/// The version of the oneDNN that is loaded: `2.6.3`.
package func oneDNNVersion() -> String { unsafe String(cString: vaedp_onednn_version()) }

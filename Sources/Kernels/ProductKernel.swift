internal import COneDNN
internal import GraphIR
internal import KernelCalls

/// oneDNN refuses a product, or fails while it runs one.
package struct KernelError: Error, CustomStringConvertible {
  /// What was asked for and what came back, one line.
  package var description: String
}

/// A product with fixed shapes; used by one thread at a time.
@safe final class ProductKernel {
  private let handle: OpaquePointer

  /// - Parameter strides: floats from a stored row of each operand to its next; 0 where they touch.
  init(
    _ shape: Matmul, strides: (left: Int, right: Int) = (0, 0), bias: Bool = false,
    slope: Double? = nil, _ precision: Precision
  ) throws(KernelError) {
    let extents = vaedp_matmul(
      rows: shape.rows, columns: shape.columns, inner: shape.inner,
      transpose_left: shape.transposeLeft, transpose_right: shape.transposeRight,
      left_stride: strides.left, right_stride: strides.right)
    unsafe handle = try ProductKernel.checked(
      vaedp_matmul_create(extents, vaedp_epilogue(bias: bias, slope: slope), precision.code),
      "\(shape) in \(precision)")
  }

  init(
    _ kind: ConvolutionKind, _ shape: Convolution, bias: Bool, slope: Double?,
    _ precision: Precision
  ) throws(KernelError) {
    let extents = vaedp_convolution(
      count: shape.count, height: shape.height, width: shape.width, in: shape.inChannels,
      out: shape.outChannels, out_height: shape.outHeight, out_width: shape.outWidth,
      kernel_h: shape.kernelHeight, kernel_w: shape.kernelWidth,
      stride_h: shape.geometry.strideHeight, stride_w: shape.geometry.strideWidth,
      padding_h: shape.geometry.paddingHeight, padding_w: shape.geometry.paddingWidth)
    unsafe handle = try ProductKernel.checked(
      vaedp_convolution_create(
        kind.code, extents, vaedp_epilogue(bias: bias, slope: slope), precision.code),
      "\(kind) \(shape) in \(precision)")
  }

  deinit { unsafe vaedp_product_free(handle) }

  /// Floats of scratch memory that a run needs.
  var scratchCount: Int { unsafe (vaedp_product_scratch(handle) + 3) / 4 }

  /// Makes the product; false where oneDNN fails.
  @unsafe func run(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, bias: UnsafePointer<Float>? = nil,
    into result: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) -> Bool {
    unsafe vaedp_product_run(handle, a, b, bias, result, scratch)
  }

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

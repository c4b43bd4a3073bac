internal import CKernels
public import GraphIR

extension Precision {
  /// Whether this processor multiplies such numbers; bfloat16 needs AVX512-BF16 or AMX-BF16.
  public var isAvailable: Bool { self == .float32 || vaedp_has_bfloat16() }
}

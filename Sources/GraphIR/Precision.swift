/// The type of the numbers that matrix products and convolutions multiply.
///
/// Everything else is float32 in either: parameters, sums within products, results, element-wise
/// loops, gradient sums, moments.
public enum Precision: String, Sendable, Hashable, CaseIterable {
  case float32
  /// 8 bits of mantissa, the range of float32: operands are rounded to nearest, ties to even.
  case bfloat16
}

public import Examples

extension ClassExamples: StoredExamples {
  /// 1.
  public var scale: Float { 1 }
  /// Bytes of memory that the indices take.
  public var byteCount: Int { indices.count * 4 }
}

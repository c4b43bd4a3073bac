public import Examples

/// A field that was read from a file.
public protocol StoredExamples: FieldSource {
  /// What stored numbers are multiplied by.
  var scale: Float { get }
  /// Bytes of memory that it takes.
  var byteCount: Int { get }
}

extension MemoryExamples: StoredExamples {}
extension CSRExamples: StoredExamples {}

internal import Storage

/// Memory for the columns and values of non-zeros, row after row.
///
/// Safety: whoever fills it says who writes where and when.
@safe package final class NonZeros: Sendable {
  /// Number of non-zeros.
  package let count: Int
  private let columnMemory: SharedMemory
  private let valueMemory: SharedMemory

  /// Memory; nil where the operating system refuses it.
  ///
  /// - Parameter mayExceedMemory: as of `SharedMemory`.
  package init?(count: Int, mayExceedMemory: Bool = false) {
    guard
      let columns = SharedMemory(byteCount: 4 * count, mayExceedMemory: mayExceedMemory),
      let values = SharedMemory(byteCount: 4 * count, mayExceedMemory: mayExceedMemory)
    else { return nil }
    (self.count, columnMemory, valueMemory) = (count, columns, values)
  }

  /// The columns of some non-zeros.
  package func columns(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Int32> {
    unsafe Self.part(columnMemory, range)
  }

  /// The values of some non-zeros.
  package func values(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Float> {
    unsafe Self.part(valueMemory, range)
  }

  /// Gives real memory back.
  package func release(_ range: Range<Int>) {
    for memory in [columnMemory, valueMemory] {
      memory.release(4 * range.lowerBound..<4 * range.upperBound)
    }
  }

  private static func part<Element: BitwiseCopyable>(
    _ memory: SharedMemory, _ range: Range<Int>
  ) -> UnsafeMutableBufferPointer<Element> {
    precondition(
      range.lowerBound >= 0 && 4 * range.upperBound <= memory.byteCount, "non-zeros \(range)")
    let first = unsafe memory.pointer.assumingMemoryBound(to: Element.self) + range.lowerBound
    return unsafe UnsafeMutableBufferPointer(start: first, count: range.count)
  }
}

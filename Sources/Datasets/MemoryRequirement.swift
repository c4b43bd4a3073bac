internal import HDF5
internal import Host

/// Throws where `bytes` are more than there are.
///
/// - Parameters:
///   - bytes: What is needed.
///   - content: What needs them, for the message.
func requireMemory(
  _ bytes: Int, for content: String, file: String, object: String
) throws(DatasetError) {
  guard bytes > 1 << 26, let available = availableMemory(), bytes > available else { return }
  throw DatasetError(
    code: .tooLarge, file: file, object: object,
    expected: "data that fit \(available >> 20) MiB of free memory",
    found: "\(content), which take \(bytes >> 20) MiB",
    remedy: "Use fewer or smaller examples, or a machine with more memory.")
}

extension DenseFormat.Source {
  /// Whether the rows, as they are kept, stay in memory; where they may not, they are read anew in every epoch.
  ///
  /// - Throws: where they have to, and are more than the memory there is.
  func fits(
    _ layout: ExampleLayout, _ element: MemoryExamples.Element, _ budget: MemoryBudget?
  ) throws(DatasetError) -> Bool {
    let (bytes, overflow) = info.elementCount.multipliedReportingOverflow(by: element.size)
    guard let budget, !overflow else {
      try requireMemory(
        overflow ? .max : bytes, for: "\(layout.rowCount) examples", file: filePath,
        object: info.path)
      return true
    }
    return budget.take(bytes)
  }
}

public import Examples

/// Examples that were read from a file.
public protocol StoredExamples: FieldSource {
  /// What stored numbers are multiplied by.
  var scale: Float { get }
}

extension MemoryExamples: StoredExamples {}
extension CSRExamples: StoredExamples {}

extension DatasetReader {
  /// Reads a dataset as `open` does, or a group that holds a matrix in CSR form as `sparse` does.
  ///
  /// - Throws: What they throw.
  public static func examples(
    file: String, dataset: String, layout: ImageLayout = .auto, scale: Double? = nil,
    missingChunks: MissingChunkRule = .refuse
  ) throws -> any StoredExamples {
    if let sparse = try sparse(
      file: file, group: dataset, scale: scale, missingChunks: missingChunks)
    {
      return sparse
    }
    return try open(
      file: file, dataset: dataset, layout: layout, scale: scale, missingChunks: missingChunks)
  }
}

/// What has been written.
public struct RewriteSummary: Sendable {
  /// A dataset, or a matrix in CSR form.
  public struct Dataset: Sendable, Hashable {
    /// Path inside the file.
    public var name: String
    /// Extents, examples first.
    public var shape: [Int]
    /// What its elements are, in words.
    public var content: String
  }

  /// What has a row for each example, in the order in which it was written.
  public var datasets: [Dataset] = []
  /// Paths of what was copied whole.
  public var copied: [String] = []
  /// What was decided on the way, a sentence each.
  public var notes: [String] = []
}

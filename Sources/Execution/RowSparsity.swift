/// How many non-zeros the rows of a source have, where only those are there.
public struct RowSparsity: Sendable, Hashable {
  /// The most of any row: what memory is made for.
  public var mostPerRow: Int
  /// The mean over the rows: what operations are counted by.
  public var meanPerRow: Double

  /// Counts of non-zeros.
  public init(mostPerRow: Int, meanPerRow: Double) {
    (self.mostPerRow, self.meanPerRow) = (mostPerRow, meanPerRow)
  }
}

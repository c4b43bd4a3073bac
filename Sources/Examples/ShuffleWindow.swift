/// How examples are shuffled that do not fit in memory: they are read in blocks, in an order that is chosen anew in every epoch,
/// and those of some blocks are in memory and are mixed at any time.
public struct ShuffleWindow: Sendable, Hashable, Codable {
  /// Examples that are read together, because they lie together.
  public var rowsPerBlock: Int
  /// Blocks that are mixed at any time.
  public var blockCount: Int

  /// A window.
  ///
  /// - Precondition: both are above 0.
  public init(rowsPerBlock: Int, blockCount: Int) {
    precondition(
      rowsPerBlock > 0 && blockCount > 0, "a window of \(blockCount) × \(rowsPerBlock)")
    (self.rowsPerBlock, self.blockCount) = (rowsPerBlock, blockCount)
  }

  /// Examples of a window.
  public var rowCount: Int { rowsPerBlock * blockCount }

  /// How many of some examples, from the first on, lie in the blocks of one window; at least one.
  package func prefix(of positions: ArraySlice<UInt32>) -> Int {
    var blocks: Set<Int> = []
    for (count, position) in positions.enumerated() {
      blocks.insert(Int(position) / rowsPerBlock)
      if blocks.count > blockCount { return count }
    }
    return positions.count
  }
}

/// A shard's place among those of its minibatch.
public struct ShardPlace: Hashable, Sendable {
  /// Which it is, from 0.
  public var index: Int
  /// How many there are.
  public var count: Int

  /// Shard `index` of `count`.
  public init(_ index: Int, of count: Int) { (self.index, self.count) = (index, count) }

  /// The whole minibatch.
  public static let alone = ShardPlace(0, of: 1)

  /// Its part of so many rows that the shards share out; parts differ by one row at most.
  public func part(of rows: Int) -> Range<Int> {
    index * rows / count..<(index + 1) * rows / count
  }
}

/// A shard's part of rows that depend on parameters alone.
public struct SharedRows: Sendable {
  /// `[n, …]`: the part.
  public var part: Value
  /// Whose noise these rows draw: that of the numbered rows which they are.
  public var owners: NoiseRows
  /// N, of the shards together.
  fileprivate var count: Int
}

/// What becomes of rows that depend on parameters alone, computed once for the whole minibatch: each shard computes its
/// part of the rows (`share`), and gets the others' from them (`gather`). Where rows are fewer than shards, or the shard
/// stands alone, it computes all.
///
/// The derivative is shared in the same way: what all shards want of a row comes together where the row was computed,
/// and goes back from there once.
extension GraphBuilder {
  /// The rows that a shard computes.
  ///
  /// - Parameters:
  ///   - rows: `[N, …]`.
  ///   - place: the shard's; nil where it stands alone.
  public mutating func share(_ rows: Value, at place: ShardPlace?) -> SharedRows {
    let count = shape(rows)[0]
    let shards = place ?? .alone
    let own = count >= shards.count ? shards.part(of: count) : 0..<count
    let part = slice(rows, axis: 0, start: own.lowerBound, count: own.count)
    return SharedRows(part: part, owners: .numbered(from: own.lowerBound), count: count)
  }

  /// What has become of all rows, `[N, …]`, the same in every shard.
  ///
  /// - Parameter result: `[n, …]`, each row made from its own row of the part.
  public mutating func gather(_ result: Value, of rows: SharedRows) -> Value {
    shape(result)[0] == rows.count ? result : allGather(result, count: rows.count)
  }
}

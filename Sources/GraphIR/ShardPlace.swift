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

extension GraphBuilder {
  /// What becomes of rows that depend on parameters alone, computed once for the whole minibatch: each shard computes its
  /// part of the rows, and gets the others' from them. Where rows are fewer than shards, or the shard stands alone, it
  /// computes all.
  ///
  /// The derivative is shared in the same way: what all shards want of a row comes together where the row was computed,
  /// and goes back from there once.
  ///
  /// - Parameters:
  ///   - rows: `[N, …]`.
  ///   - place: the shard's; nil where it stands alone.
  ///   - body: emits `[n, …]` from `[n, …]`, each row from its own row; noise for them is that of the numbered rows
  ///     which it is given.
  /// - Returns: `[N, …]`, the same in every shard.
  public mutating func oncePerMinibatch(
    _ rows: Value, at place: ShardPlace?, _ body: (Value, NoiseRows, inout GraphBuilder) -> Value
  ) -> Value {
    let count = shape(rows)[0]
    guard let place, place.count > 1, count >= place.count else {
      return body(rows, .numbered(from: 0), &self)
    }
    let own = place.part(of: count)
    let part = slice(rows, axis: 0, start: own.lowerBound, count: own.count)
    return allGather(body(part, .numbered(from: own.lowerBound), &self), count: count)
  }
}

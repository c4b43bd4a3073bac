package import Execution
internal import GraphIR

/// Part `index` of `count` items cut into `parts` runs that differ by at most one item.
package func part(_ index: Int, of parts: Int, count: Int) -> Range<Int> {
  ShardPlace(index, of: parts).part(of: count)
}

/// What a shard of a minibatch is known by.
package func batch(_ shard: Int, of shards: Int, count: Int) -> Batch {
  let place = ShardPlace(shard, of: shards)
  return Batch(rows: place.part(of: count).count, of: count, at: place)
}

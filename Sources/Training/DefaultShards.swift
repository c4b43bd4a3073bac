internal import Execution
public import Models

extension TrainingConfiguration {
  /// How many parts a minibatch is cut into where the configuration does not say.
  ///
  /// One per thread; then twice as many as long as a shard's working memory is larger than the
  /// processor's caches like, so that what one kernel writes is near when the next one reads it. A
  /// convolutional network of 64 × 64 images trains a sixth faster in 8 shards of 16 rows than in 2
  /// of 64. It stops where gradients, of which every shard has its own, would weigh more than that
  /// gains, and where shards would become too small for full speed. Models whose arithmetic sees the
  /// other examples of a shard (batch normalisation, free bits) keep one per thread.
  public func defaultShards(for model: Model, threads: Int) -> Int {
    if let shards { return shards }
    let cacheBytes = 8 << 20
    let fewestRows = 16
    var shards = max(1, min(threads, batchSize / model.fewestRows.count))
    guard !model.seesShard else { return shards }
    let table = ParameterTable(model.parameters)
    while (batchSize / (2 * shards)) * model.samplesPerExample >= fewestRows,
      batchSize / (2 * shards) >= 2
    {
      let graph = model.gradientGraph(rows: batchSize / shards)
      let arenaBytes = Plan(graph, table: table).arenaCount * 4
      if arenaBytes <= cacheBytes || table.count * 4 * 4 > arenaBytes { break }
      shards *= 2
    }
    return shards
  }
}

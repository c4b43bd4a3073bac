internal import DataParallel
internal import Examples
internal import Execution
internal import GraphPasses
internal import GraphRuns
internal import KernelCalls
internal import Kernels
internal import Storage

extension Plan {
  /// Times each gradient that is made over a minibatch, in all its tiles on this thread.
  @unsafe func timedGradients(
    _ saved: SavedOperands, examples: Int, source: ExampleSource?, repetitions: Int
  ) throws -> [KernelProfile.Row] {
    let tiles = weightGradients.map(\.tiles)
    let largest = tiles.flatMap(\.self).map { $0.rows * $0.columns }.max() ?? 0
    let worker = GradientWorker(largestTile: largest)
    try worker.prepare(examples: examples, self)
    let columns = sparseColumns(
      shards: 1, rowsPerShard: examples, source?.sparsity.values.first)
    let ids = (0..<UInt32(examples)).map { $0 }
    if let columns, let sparse = source?.nonZeros {
      unsafe ids.withUnsafeBufferPointer { ids in
        unsafe sparse.withRows { unsafe columns.sort(0, $0, ids, first: 0) }
      }
    }
    let minibatch = unsafe MinibatchOperands(
      examples: examples, shards: 1, rows: saved, columns: columns)
    return try weightGradients.indices.map { index in
      let gradient = weightGradients[index]
      func run() throws {
        for tile in tiles[index] {
          let isFine = unsafe worker.make(
            index, gradient, tile, from: minibatch, into: worker.tile.pointer)
          if !isFine { throw ShardFailure(shard: 0) }
        }
      }
      try run()
      let time = try ContinuousClock().measure { for _ in 0..<repetitions { try run() } }
      let width =
        gradient.b == nil
        ? source?.sparsity.values.first?.meanPerRow ?? 0 : Double(gradient.columns)
      return KernelProfile.Row(
        name: "\(gradient.b == nil ? "sparse" : "matmul") TN \(gradient.rows)×\(examples)×"
          + "\(gradient.columns) of the minibatch, in \(tiles[index].count) tiles",
        implementation: "", seconds: time / .seconds(1) / Double(repetitions),
        flops: 2 * Double(gradient.rows) * Double(examples) * width, bytes: 0)
    }
  }
}

internal import Foundation

extension ScalingBenchmark {
  /// A table for people, what the model is made of, and what it expects of larger machines.
  public var text: String {
    let base = results[0]
    let title =
      "\(base.workload): batch \(base.batch) in \(base.shards) shards for every number of threads,"
      + " \(base.precision)"
    let head = "threads     samples/s   speed-up   efficiency     predicted"
    let rows = results.map { result in
      let speedUp = result.samplesPerSecond.median / base.samplesPerSecond.median
      let predicted = Double(result.batch) / model.parts(threads: result.threads, cut: cut).total
      return String(
        format: "%7d  %12.0f  %7.2f ×  %9.0f %%  %12.0f", result.threads,
        result.samplesPerSecond.median, speedUp, speedUp / Double(result.threads) * 100, predicted)
    }
    return ([title, head] + rows + aloneLines + modelLines + predictions.map(line))
      .joined(separator: "\n")
  }

  private var aloneLines: [String] {
    guard let alone, let last = results.last else { return [] }
    let rate = alone.samplesPerSecond.median
    return [
      String(
        format:
          "1 thread in %d shards, its own choice: %.0f samples/s; %d threads are %.2f × as fast",
        alone.shards, rate, last.threads, last.samplesPerSecond.median / rate)
    ]
  }

  private var modelLines: [String] {
    let machine = model.machine
    return [
      String(
        format: "a shard: %.3f ms alone, gradients over the minibatch: %.3f; %.1f %% longer with"
          + " %d cores busy; sum and update: %.1f MB at %.0f GB/s by one core, %.0f by %d",
        cut.shardSeconds * 1e3, cut.gradientSeconds * 1e3, model.contention * 100, machine.cores,
        cut.updateBytes / 1e6,
        machine.bandwidthOfOne / 1e9, machine.bandwidthOfAll / 1e9, machine.cores),
      String(
        format: "opening a stage and meeting again: %.2f µs alone, %.2f more for two threads, %.3f"
          + " for each further one; the rest of a step: %.3f ms",
        machine.stage.alone * 1e6, machine.stage.meeting * 1e6, machine.stage.further * 1e6,
        model.rest * 1e3),
    ]
  }

  private func line(_ prediction: Prediction) -> String {
    let rate = Double(results[0].batch) / prediction.parts.total
    let speedUp = rate / (alone ?? results[0]).samplesPerSecond.median
    let parts = prediction.parts
    func share(_ seconds: Double) -> Double { seconds / parts.total * 100 }
    return String(
      format: "%d cores, %d shards of %d rows: %.0f samples/s, %.1f × one thread;"
        + " computing %.0f %%, contention %.0f %%, sum and update %.0f %%, meetings %.1f %%,"
        + " rest %.0f %%",
      prediction.cores, prediction.shards, prediction.rows, rate, speedUp, share(parts.compute),
      share(parts.contention), share(parts.update), share(parts.meetings), share(parts.rest))
  }
}

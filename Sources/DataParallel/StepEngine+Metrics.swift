internal import Execution
internal import GraphIR
public import GraphRuns
internal import Kernels
internal import Storage

extension Turn {
  /// Number of floats that a shard's metrics take in its gradient buffer.
  var metricCount: Int { bufferStride - layout.gradientCount }

  /// Where a metric lies among a shard's; nil where the graph has none of that name.
  func metricRange(_ name: String) -> Range<Int>? {
    layout.range(of: .metric(name)).map {
      $0.lowerBound - layout.gradientCount..<$0.upperBound - layout.gradientCount
    }
  }
}

extension StepEngine {
  /// Parameters whose gradients are made over whole minibatches.
  public var deferredCount: Int {
    turns.lazy.flatMap(\.slices).reduce(0) { $0 + ($1.isTile ? $1.count : 0) }
  }

  /// Stages of a step whose numbers are nowhere near the end of float32.
  ///
  /// - Parameter needsNorms: whether gradients are clipped or normalised.
  public func stageCount(needsNorms: Bool) -> Int {
    turns.reduce(phaseCount) {
      let isLarge = unsafe $1.layout.gradientCount > StepGradients.largestMeasuredBuffer
      return $0 + (needsNorms || isLarge ? 2 : 1)
    }
  }

  /// Stages in which the shards of a minibatch are computed: for each player one more than times that they meet.
  public var phaseCount: Int { turns.reduce(0) { $0 + $1.plan.phases.count } }

  /// Number of floats that the metrics of a shard take, those of all players together.
  public var metricCount: Int { turns.reduce(0) { $0 + $1.metricCount } }

  /// Puts the metrics of all turns side by side.
  func collectMetrics() {
    var start = 0
    for turn in turns {
      for shard in 0..<turn.shards(of: minibatchCount) {
        let end = unsafe turn.gradientBuffers.pointer + (shard + 1) * turn.bufferStride
        unsafe (measured.pointer + shard * metricCount + start).update(
          from: end - turn.metricCount, count: turn.metricCount)
      }
      start += turn.metricCount
    }
  }
}

/// The last minibatch, by its shards; nothing here allocates.
extension StepEngine: MeasuredParts {
  /// Where a metric lies among a shard's; nil where no player has one of that name.
  public func metricRange(_ name: String) -> Range<Int>? {
    var start = 0
    for turn in turns {
      if let own = turn.metricRange(name) {
        return start + own.lowerBound..<start + own.upperBound
      }
      start += turn.metricCount
    }
    return nil
  }

  /// Hands over what each shard measured, in their order, and how many examples it has.
  public func forEachPart(_ body: (_ metrics: Span<Float>, _ exampleCount: Int) -> Void) {
    let shards = turns[0].shards(of: minibatchCount)
    measured.withSpan { span in
      for shard in 0..<shards {
        body(
          span.extracting(shard * metricCount..<(shard + 1) * metricCount),
          part(shard, of: shards, count: minibatchCount).count)
      }
    }
  }
}

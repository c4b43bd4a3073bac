internal import Execution
internal import GraphIR
internal import Kernels
internal import Storage

extension StepEngine {
  /// Parameters whose gradients are made over whole minibatches.
  public var deferredCount: Int { slices.reduce(0) { $0 + ($1.isTile ? $1.count : 0) } }

  /// Stages of a step whose numbers are nowhere near the end of float32.
  ///
  /// - Parameter needsNorms: whether gradients are clipped or normalised.
  public func stageCount(needsNorms: Bool) -> Int {
    let update =
      unsafe needsNorms || layout.gradientCount > StepGradients.largestMeasuredSlab ? 2 : 1
    return phaseCount + update
  }

  /// Stages in which the shards of a minibatch are computed: one more than times that they meet.
  public var phaseCount: Int { plan.phases.count }

  /// Number of floats that a shard's metrics take in its slab.
  public var metricCount: Int { slabStride - layout.gradientCount }
}

/// The last minibatch, by its shards; nothing here allocates.
extension StepEngine: MeasuredParts {
  /// Where a metric lies among a shard's; nil where the graph has none of that name.
  public func metricRange(_ name: String) -> Range<Int>? {
    layout.range(of: .metric(name)).map {
      $0.lowerBound - layout.gradientCount..<$0.upperBound - layout.gradientCount
    }
  }

  /// Hands over what each shard measured, in their order, and how many examples it has.
  public func forEachPart(_ body: (_ metrics: Span<Float>, _ exampleCount: Int) -> Void) {
    let shards = shards(of: minibatchCount)
    slabs.withSpan { span in
      for shard in 0..<shards {
        let end = (shard + 1) * slabStride
        body(
          span.extracting(end - metricCount..<end),
          part(shard, of: shards, count: minibatchCount).count)
      }
    }
  }
}

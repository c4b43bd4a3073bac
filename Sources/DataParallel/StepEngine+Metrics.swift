internal import Execution
internal import GraphIR
internal import Kernels
internal import Storage

extension StepEngine {
  /// Parameters whose gradients are made over whole minibatches.
  public var deferredCount: Int { slices.reduce(0) { $0 + ($1.isTile ? $1.count : 0) } }

  /// Stages of a step whose numbers are nowhere near the end of float32.
  public func stageCount(isClipped: Bool) -> Int {
    let update =
      unsafe isClipped || layout.gradientCount > StepGradients.largestMeasuredSlab ? 2 : 1
    return phaseCount + update
  }

  /// Stages in which the shards of a minibatch are computed: one more than times that they meet.
  public var phaseCount: Int { plan.phases.count }

  /// The sum over the last minibatch of a metric; nil where the graph has none of that name.
  public func metric(_ name: String) -> [Float]? {
    guard let range = layout.range(of: .metric(name)) else { return nil }
    return slabs.withSpan { span in range.map { span[$0] } }
  }

  /// Adds the last minibatch's metrics to running sums, in the order of the slab, without allocating.
  public func addMetrics(to sums: inout [Double]) {
    slabs.withSpan { span in
      for index in sums.indices { sums[index] += Double(span[layout.gradientCount + index]) }
    }
  }

  /// Where a metric lies in the sums of `addMetrics`.
  public func metricRange(_ name: String) -> Range<Int>? {
    layout.range(of: .metric(name)).map {
      $0.lowerBound - layout.gradientCount..<$0.upperBound - layout.gradientCount
    }
  }

  /// Number of sums that `addMetrics` takes.
  public var metricCount: Int { slabStride - layout.gradientCount }
}

/// Examples that were measured in parts: a minibatch in shards, or a data set in chunks.
///
/// What becomes of the parts' sums is left to whoever adds them: some metrics are not merely added, and all
/// are added in double, part after part, so that no bit depends on the number of threads.
public protocol MeasuredParts {
  /// Where a metric lies among what a part measured; nil where the graph has none of that name.
  func metricRange(_ name: String) -> Range<Int>?
  /// Hands over what each part measured, in their order: sums over its examples, and how many these are.
  func forEachPart(_ body: (_ metrics: Span<Float>, _ exampleCount: Int) -> Void)
}

extension MeasuredParts {
  /// A metric summed over all parts, in double and in their order; nil where the graph has none of that
  /// name.
  public func sum(_ metric: String) -> [Double]? {
    guard let range = metricRange(metric) else { return nil }
    var sums = [Double](repeating: 0, count: range.count)
    forEachPart { metrics, _ in
      for index in sums.indices { sums[index] += Double(metrics[range.lowerBound + index]) }
    }
    return sums
  }
}

internal import Configuration
internal import GraphIR

/// Over which examples a statistic of several is taken.
enum BatchScope: String, Sendable, CaseIterable {
  /// All examples of the minibatch: the shards meet for it.
  case minibatch
  /// Those of the shard: nobody waits, and the arithmetic depends on the number of shards.
  case shard

  /// Reads the key `over`; the minibatch where it is absent.
  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    let name = try options.string(
      "over", default: BatchScope.minibatch.rawValue, among: BatchScope.allCases.map(\.rawValue))
    self = BatchScope(rawValue: name) ?? .minibatch
  }
}

extension Emission {
  /// How many examples such a statistic is of.
  func count(over scope: BatchScope) -> Int {
    scope == .minibatch ? minibatch ?? exampleCount : exampleCount
  }

  /// How many rows like those of `x`, which may be several per example, all shards of the statistic have; nil
  /// where the shard stands alone.
  func rows(of x: Value, over scope: BatchScope) -> Int? {
    guard scope == .minibatch, let minibatch else { return nil }
    return builder.shape(x)[0] / exampleCount * minibatch
  }

  /// A sum over the shard's examples as a sum over all that the statistic is of.
  mutating func total(_ sum: Value, over scope: BatchScope) -> Value {
    scope == .minibatch && minibatch != nil ? builder.allReduce(sum) : sum
  }
}

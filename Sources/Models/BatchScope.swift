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
    self = try options.word(
      "over", default: .minibatch,
      "Of which examples the statistic is: of the whole minibatch, for which its shards meet in a step, "
        + "or of each shard alone, for which nobody waits.")
  }
}

extension Emission {
  /// How many examples such a statistic is of.
  func count(over scope: BatchScope) -> Int {
    scope == .minibatch ? minibatchCount : exampleCount
  }
}

extension Expression {
  /// How many rows like this array's, which may be several per example, all shards of the statistic have; nil where
  /// the shard stands alone.
  func rows(over scope: BatchScope) -> Int? {
    guard scope == .minibatch, let minibatch = emission.minibatch else { return nil }
    return shape[0] / emission.exampleCount * minibatch
  }

  /// A sum over the shard's examples as a sum over all that the statistic is of.
  func total(over scope: BatchScope) -> Expression {
    scope == .minibatch ? overMinibatch : self
  }
}

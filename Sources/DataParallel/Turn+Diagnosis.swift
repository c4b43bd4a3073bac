internal import Diagnosis
internal import Execution
internal import GraphIR

/// What keeps a step from being applied, before it is known where it comes from.
enum Obstacle: Error {
  case objective(shard: Int)
  case sum(slice: Int)
  case update(slice: Int)
}

extension Turn {
  /// Finds the shard and the place by computing the shards once more; slow.
  func diagnosed(_ obstacle: Obstacle, _ diagnosis: Diagnosis) -> NonFiniteStep {
    func step(
      _ kind: NonFiniteStep.Kind, shard: Int?, _ place: String, _ example: UInt32? = nil
    ) -> NonFiniteStep {
      NonFiniteStep(
        kind: kind, loss: loss == "objective" ? nil : loss, shard: shard,
        shardCount: diagnosis.shardCount,
        examples: shard.map(diagnosis.examples) ?? diagnosis.minibatch,
        minibatch: diagnosis.minibatch, place: place, example: example)
    }
    switch obstacle {
    case .objective(let shard):
      // What is not finite in one shard is so in all that meet it: the first in which it arises.
      var first = diagnosis.origin(in: shard) { $0 == .metric(loss) }
      var culprit = shard
      for other in 0..<diagnosis.shardCount where first?.isMet == true {
        let origin = diagnosis.origin(in: other) { $0 == .metric(loss) }
        if let origin, !origin.isMet { (first, culprit) = (origin, other) }
      }
      return step(.objective, shard: culprit, first?.place ?? "the loss", first?.example)
    case .sum(let slice):
      let isGradient = isTrained(slice)
      for shard in 0..<diagnosis.shardCount {
        let origin = diagnosis.origin(in: shard) {
          switch $0 {
          case .gradient: isGradient
          case .statistic: !isGradient
          case .metric, .result: false
          }
        }
        guard let origin, !origin.isMet else { continue }
        return step(
          isGradient ? .gradient : .statistic, shard: shard, origin.place, origin.example)
      }
      return step(
        isGradient ? .gradient : .statistic, shard: nil,
        "the sum over shards for \(parameterName(slice))")
    case .update(let slice):
      return step(isTrained(slice) ? .parameter : .statistic, shard: nil, parameterName(slice))
    }
  }

  private func isTrained(_ slice: Int) -> Bool {
    if case .trained = slices[slice].role { true } else { false }
  }

  private func parameterName(_ slice: Int) -> String {
    let start = slices[slice].start
    return family.table.entries.first { $0.range.contains(start) }?.declaration.name
      ?? "a parameter"
  }
}

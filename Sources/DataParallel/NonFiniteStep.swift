internal import Execution
internal import GraphIR

/// A step that came to something infinite or to no number, and was not applied: parameters, state
/// and running statistics are as they were before it.
public struct NonFiniteStep: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is not finite.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// A shard's objective.
    case objective
    /// The gradient, of a shard or of the minibatch.
    case gradient
    /// What a running statistic is made from.
    case statistic
    /// A parameter or a state, as the update would leave it.
    case parameter
  }

  /// What is not finite.
  public var kind: Kind
  /// The loss whose turn it was, where it is not the objective.
  public var loss: String?
  /// The lowest-numbered shard at fault; nil where only the sum of the shards or the update is not
  /// finite.
  public var shard: Int?
  /// Shards of the minibatch.
  public var shardCount: Int
  /// Positions in their source of the shard's examples, or of all where no shard is at fault.
  public var examples: [UInt32]
  /// Positions in their source of all examples of the minibatch, in its order.
  public var minibatch: [UInt32]
  /// Where the first such number arises, in the order of the computation: a layer and what it
  /// computes, or a parameter.
  public var place: String
  /// The example whose row holds the first such number, where a row has it.
  public var example: UInt32?

  /// One line.
  public var description: String {
    let who = shard.map { "in shard \($0) of \(shardCount)" } ?? "over all \(shardCount) shards"
    let row = example.map { " at example \($0)" } ?? ""
    return "\(what) is not finite, first in \(place)\(row), \(who), on examples "
      + examples.prefix(8).map(String.init).joined(separator: ", ")
      + (examples.count > 8 ? " and \(examples.count - 8) more" : "")
  }

  private var what: String {
    switch kind {
    case .objective: loss.map { "the loss \"\($0)\"" } ?? "the objective"
    case .gradient: "the gradient"
    case .statistic: "a running statistic"
    case .parameter: "a parameter or its state after the update"
    }
  }
}

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

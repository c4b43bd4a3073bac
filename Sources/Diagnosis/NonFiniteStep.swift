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

  /// A step that was not applied.
  package init(
    kind: Kind, loss: String?, shard: Int?, shardCount: Int, examples: [UInt32],
    minibatch: [UInt32],
    place: String, example: UInt32?
  ) {
    (self.kind, self.loss, self.shard, self.shardCount) = (kind, loss, shard, shardCount)
    (self.examples, self.minibatch) = (examples, minibatch)
    (self.place, self.example) = (place, example)
  }

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

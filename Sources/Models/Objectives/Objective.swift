/// What training minimises, made from a pass through the model.
package protocol Objective: ModelChoice {
  /// K, the samples of q(z|x) for each example.
  var samplesPerExample: Int { get }
  /// The scalar inputs of the graph that change during training.
  var scalarNames: [String] { get }
  /// The value of one of them at a moment of training.
  ///
  /// - Parameter index: which, in the order of their names.
  func scalar(_ index: Int, at moment: Moment) -> Double
  /// The epoch from which on the objective no longer changes its meaning.
  var warmUpEndEpoch: Double { get }
  /// Whether an example's part of the objective depends on the others of its shard.
  var seesShard: Bool { get }
  /// The losses that take turns in a step, in their order. `objective` is minimised over all parameters that no
  /// other loss has; others, over those whose names begin with theirs and a dot.
  var losses: [String] { get }
  /// Emits one of the other losses, summed over the shard's examples.
  ///
  /// - Throws: what the objective needs, where the pass lacks it.
  func loss(_ name: String, of pass: ForwardPass) throws(Misfit) -> Expression
  /// Emits the objective's terms, whose weighted sum it is.
  ///
  /// - Throws: what the objective needs, where the pass lacks it.
  func terms(of pass: ForwardPass) throws(Misfit) -> [ObjectiveTerm]
}

extension Objective {
  /// Nothing changes during training, unless an objective says so.
  package var scalarNames: [String] { [] }
  package func scalar(_ index: Int, at moment: Moment) -> Double {
    preconditionFailure("\(Self.key) has no scalar \(index)")
  }
  package var warmUpEndEpoch: Double { 0 }
  package var seesShard: Bool { false }
  package var losses: [String] { [Model.objectiveLoss] }
  package func loss(_ name: String, of pass: ForwardPass) throws(Misfit) -> Expression {
    preconditionFailure("\(Self.key) has no loss \(name)")
  }
}

/// A part of an objective, in nats.
package struct ObjectiveTerm {
  /// What the metrics call it; where it has a weight, the product with it is called `weighted.NAME`.
  package var name: String
  /// Its sum over the shard's examples, a scalar.
  package var value: Expression
  /// What it is multiplied by; nil for 1.
  package var weight: Expression?

  /// A term with its weight.
  package init(_ name: String, _ value: Expression, weight: Expression? = nil) {
    (self.name, self.value, self.weight) = (name, value, weight)
  }

  /// What the objective has of it.
  var weighted: Expression { weight.map { $0 * value } ?? value }
}

/// A moment of training.
public struct Moment: Hashable, Sendable {
  /// Passes over the data so far, with their fraction.
  public var epoch: Double
  /// N, the examples of the data set that is looked at.
  public var exampleCount: Int

  /// A moment in a pass over so many examples.
  public init(epoch: Double, exampleCount: Int) {
    (self.epoch, self.exampleCount) = (epoch, exampleCount)
  }
}

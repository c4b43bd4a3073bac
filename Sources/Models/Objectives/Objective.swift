package import GraphIR

/// What training minimises, made from the densities of the model.
package protocol Objective: ModelChoice {
  /// K, the samples of q(z|x) for each example.
  var samplesPerExample: Int { get }
  /// The scalar inputs of the graph that change during training.
  var scalarNames: [String] { get }
  /// The value of one of them at a moment of training.
  ///
  /// - Parameters:
  ///   - index: which, in the order of their names.
  ///   - epoch: passes over the data so far, with their fraction.
  func scalar(_ index: Int, atEpoch epoch: Double) -> Double
  /// The epoch from which on the objective no longer changes its meaning.
  var warmUpEndEpoch: Double { get }
  /// Whether an example's part of the objective depends on the others of its shard.
  var seesShard: Bool { get }
  /// The losses that take turns in a step, in their order. `objective` is minimised over all parameters that no
  /// other loss has; others, over those whose names begin with theirs and a dot.
  var losses: [String] { get }
  /// Emits one of the other losses, summed over the shard's examples.
  ///
  /// - Throws: what the objective needs, where the model's terms lack it.
  func emit(
    loss: String, _ terms: ObjectiveTerms, in emission: inout Emission
  ) throws(Misfit) -> Value
  /// Emits the objective.
  ///
  /// - Throws: what the objective needs, where the model's terms lack it.
  func emit(
    _ terms: ObjectiveTerms, in emission: inout Emission
  ) throws(Misfit) -> ObjectiveValues
}

extension Objective {
  /// Nothing changes during training, unless an objective says so.
  package var scalarNames: [String] { [] }
  package func scalar(_ index: Int, atEpoch epoch: Double) -> Double {
    preconditionFailure("\(Self.key) has no scalar \(index)")
  }
  package var warmUpEndEpoch: Double { 0 }
  package var seesShard: Bool { false }
  package var losses: [String] { [Model.objectiveLoss] }
  package func emit(
    loss: String, _ terms: ObjectiveTerms, in emission: inout Emission
  ) throws(Misfit) -> Value {
    preconditionFailure("\(Self.key) has no loss \(loss)")
  }
}

/// What an objective leaves behind: scalars, summed over the shard's examples, in nats.
package struct ObjectiveValues: Sendable {
  /// What is minimised.
  package var objective: Value
  /// The divergence from the prior as the objective weighs it.
  package var weightedKL: Value

  /// Values.
  package init(objective: Value, weightedKL: Value) {
    (self.objective, self.weightedKL) = (objective, weightedKL)
  }
}

/// The densities that an objective is made from, in nats. B examples, K samples, Z latents.
package struct ObjectiveTerms: Sendable {
  /// The samples of q(z|x), `[B, K, Z]`.
  package var latents: Value
  /// log p(x|z), `[B, K]`.
  package var logLikelihood: Value
  /// log p(z), `[B, K]`.
  package var logPrior: Value
  /// log q(z|x), `[B, K]`; nil where q is a point.
  package var logPosterior: Value?
  /// KL(q ‖ p) for each latent, `[B, Z]`, where it has a closed form.
  package var klPerLatent: Value?
  /// KL(q ‖ p), `[B]`, where samples were made from others whose divergence has a closed form.
  package var klFromBase: Value?

  /// Terms without a divergence that is known.
  package init(latents: Value, logLikelihood: Value, logPrior: Value, logPosterior: Value?) {
    self.latents = latents
    self.logLikelihood = logLikelihood
    self.logPrior = logPrior
    self.logPosterior = logPosterior
  }

  /// Emits −log p(x|z), averaged over samples: `[B]`.
  package func reconstruction(in emission: inout Emission) -> Value {
    emission.builder.negate(emission.builder.mean(logLikelihood, axes: [1]))
  }

  /// Emits KL(q ‖ p): `[B]`. In closed form as far as there is one, or else the average of
  /// log q − log p over samples, or else, where q is a point, zero.
  package func kl(in emission: inout Emission) -> Value {
    if let klPerLatent { return emission.builder.sum(klPerLatent, axes: [1]) }
    if let klFromBase { return klFromBase }
    guard let logPosterior else {
      return emission.builder.constant(0, [emission.exampleCount])
    }
    let difference = emission.builder.subtract(logPosterior, logPrior)
    return emission.builder.mean(difference, axes: [1])
  }
}

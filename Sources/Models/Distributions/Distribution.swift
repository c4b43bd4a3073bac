/// A distribution of a latent variable, as the encoder gives it for each example, or the prior for all.
///
/// Shapes: B examples, K samples, Z latents. Arrays that describe it are `[B, S, Z]`, where B is 1 if it is the same for
/// all examples, and S is 1 unless it depends on samples of other latents.
package protocol Distribution {
  /// Z.
  var latentCount: Int { get }
  /// The point that stands for it, `[B, S, Z]`: the mean, where the family has one.
  var mean: Expression { get }
  /// log σ², `[B, S, Z]`; nil where the family has no variance per latent.
  var logVariance: Expression? { get }
  /// Draws K samples for each example.
  func sample(_ count: Int) -> Draw
  /// log density of points `[B, K, Z]`: `[B, K]` in nats; nil where only that of its own samples is known.
  func logDensity(of z: Expression) -> Expression?
  /// KL(q ‖ this) in nats per latent, `[B, S, Z]`; nil where there is no closed form.
  func divergence(from q: any Distribution) -> Expression?
}

extension Distribution {
  package var logVariance: Expression? { nil }
  package func divergence(from q: any Distribution) -> Expression? { nil }
}

/// A distribution whose latents are independent of each other.
package protocol FactorizedDistribution: Distribution {
  /// log density of each latent, in nats; `z` and the distribution's arrays repeat along axes of extent 1.
  func logDensityPerLatent(of z: Expression) -> Expression
  /// The same distribution by arrays that were made from its own.
  func map(_ transform: (Expression) -> Expression) -> Self
}

extension FactorizedDistribution {
  package func logDensity(of z: Expression) -> Expression? { logDensityPerLatent(of: z).sum(-1) }
}

/// Samples of a distribution, and what is known about them.
package struct Draw {
  /// The samples, `[B, K, Z]`.
  package var z: Expression
  /// Their log density, `[B, K]`; nil where the distribution is a point and has none.
  package var logDensity: Expression?
  /// The samples that these were made from; nil where nothing transforms them.
  package var base: Base?

  /// Samples of a simpler distribution, whose divergence from a prior may have a closed form.
  package struct Base {
    /// The distribution.
    package var distribution: any Distribution
    /// Its samples, `[B, K, Z]`.
    package var z: Expression
    /// Their log density under it, `[B, K]`.
    package var logDensity: Expression
  }
}

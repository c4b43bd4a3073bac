package import GraphIR

/// The family of q(z|x): how the encoder's features become a distribution over latents.
///
/// Shapes: B examples, K samples of each, F features, Z latents.
package protocol Posterior: ModelChoice {
  /// Z.
  var latentCount: Int { get }
  /// Emits the place of each example in latent space, without noise.
  ///
  /// - Parameter features: `[B, F]`.
  func embed(_ features: Value, in emission: inout Emission) -> Embedding
  /// Emits K samples of q(z|x) for each example.
  ///
  /// - Parameter features: `[B, F]`.
  func draw(_ features: Value, samples: Int, in emission: inout Emission) -> LatentDraw
}

/// Where an example lies in latent space.
package struct Embedding: Sendable {
  /// The mean of q(z|x), or the point that the family has for it, `[B, Z]`.
  package var mean: Value
  /// log σ², `[B, Z]`, where the family has one variance per latent.
  package var logVariance: Value?
}

/// Samples of q(z|x) and what is known about their distribution.
package struct LatentDraw: Sendable {
  /// The samples, `[B, K, Z]`.
  package var z: Value
  /// log q(z|x), `[B, K]`; nil where q is a point and has no density.
  package var logDensity: Value?
  /// The Gaussian draw that the samples are, or were made from; nil where there is none. A prior may
  /// know the divergence from it in closed form.
  package var base: GaussianDraw?
}

/// Samples of a Gaussian with independent latents.
package struct GaussianDraw: Sendable {
  /// The distribution.
  package var distribution: DiagonalGaussian
  /// The samples, `[B, K, Z]`; equal to those of the posterior where nothing transforms them.
  package var z: Value
  /// Their log density under the distribution, `[B, K]`.
  package var logDensity: Value
}

/// A Gaussian with independent latents for each example.
package struct DiagonalGaussian: Sendable {
  /// μ, `[B, Z]`.
  package var mean: Value
  /// log σ², `[B, Z]`.
  package var logVariance: Value

  /// Every log σ² is limited to this range: outside it e^(log σ²) loses what float32 can hold of its
  /// sums and products.
  package static let logVarianceRange = -30.0...20.0
}

package import GraphIR

/// The family of p(z). Shapes: B examples, K samples of each, Z latents.
package protocol Prior: ModelChoice {
  /// Emits log p(z), `[B, K]`, for z `[B, K, Z]`.
  func logDensity(of z: Value, in emission: inout Emission) -> Value
  /// Emits KL(q ‖ p) in nats per latent, `[B, Z]`; nil where there is no closed form.
  func klDivergence(from q: DiagonalGaussian, in emission: inout Emission) -> Value?
  /// Emits one draw of z for each example, `[B, Z]`.
  func sample(latentCount: Int, in emission: inout Emission) -> Value
}

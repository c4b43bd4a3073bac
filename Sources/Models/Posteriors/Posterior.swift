internal import Configuration

/// The family of q(z|x): how the encoder's features become a distribution of a latent variable.
package protocol Posterior: ModelChoice {
  /// Z.
  var latentCount: Int { get }
  /// Whether it is made from what the latents above say of this one.
  var readsPrior: Bool { get }
  /// Whether it has a variance for each latent.
  var hasVariances: Bool { get }
  /// Emits q(z|x).
  ///
  /// - Parameters:
  ///   - features: `[N, F]`.
  ///   - prior: p(z|latents above); there wherever `readsPrior`.
  func distribution(
    _ features: Expression, prior: (any Distribution)?, _ context: ModelContext
  ) -> any Distribution
}

extension Posterior {
  /// Not, unless a posterior says otherwise.
  package var readsPrior: Bool { false }
  /// It has, unless a posterior says otherwise.
  package var hasVariances: Bool { true }
}

extension ObjectReader {
  /// Reads Z, which every posterior is asked for.
  mutating func latentCount() throws(ConfigurationError) -> Int {
    try integer("latent", in: SizeLimit.channels, "Dimensions of z.")
  }
}

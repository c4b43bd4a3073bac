/// The family of p(z), or of p(z|latents above).
package protocol Prior: ModelChoice {
  /// What it needs of the latents above; nil where it fits any latent.
  var place: LatentPlace? { get }
  /// Its layers; none, unless a prior has some.
  var layers: [NamedLayer] { get }
  /// Emits it.
  func distribution(_ context: ModelContext) -> any Distribution
}

/// Where a latent variable is among those of its model.
package enum LatentPlace: Sendable {
  /// None is above it.
  case top
  /// It may depend on those above it.
  case belowOthers
}

extension Prior {
  package var place: LatentPlace? { nil }
  package var layers: [NamedLayer] { [] }
}

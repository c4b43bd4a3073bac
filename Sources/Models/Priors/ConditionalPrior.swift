internal import Configuration
internal import GraphIR

/// p(z|above) = N(μ, diag σ²), whose heads read layers of the latents above.
///
/// - Source: Sønderby et al., arXiv:1602.02282, eq. 2.
struct ConditionalPrior: Prior {
  static let key = "conditional"
  static let meaning =
    "N(μ, diag σ²), whose two linear heads read layers of the latents above. Sønderby et al., "
    + "arXiv:1602.02282. For "
    + "latents below others."
  let layers: [NamedLayer]

  init(reading options: inout ObjectReader) throws(ConfigurationError) {
    layers = try readLayers(
      "layers", "From the latents above to what the heads read; may be empty.", in: &options)
  }

  var place: LatentPlace? { .belowOthers }

  func distribution(_ context: ModelContext) -> any Distribution {
    let above = Expression.concatenated(context.above, axis: 2)
    let features = context.layers.emit(above.samplesAsRows)
    let heads = DiagonalGaussian(
      heads: features.end, latentCount: context.latentCount, name: context.name)
    return heads.map { $0.samplesAsRows.rowsAsSamples }
  }
}

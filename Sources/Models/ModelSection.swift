package import Configuration
internal import Examples

/// What a `model` section says, before it is known which data it is for.
package struct ModelSection {
  let encoder: [NamedLayer]
  let latents: [LatentVariable]
  private let decoder: [NamedLayer]
  let likelihood: any Likelihood
  let objective: any Objective
  /// With all defaults filled in.
  let resolved: JSONNode

  /// Reads, or describes, the section.
  package init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    try self.init(reading: &reader, objectives: objectiveTable)
  }

  /// The same with a table of objectives of one's own.
  init(
    reading reader: inout ObjectReader, objectives: [Alternative<any Objective>]
  ) throws(ConfigurationError) {
    encoder = try readLayers(
      "encoder", "From an example to features, which must be flat; may be empty.", in: &reader)
    latents = try LatentVariable.all(reading: &reader)
    decoder = try readLayers(
      "decoder",
      "From the last latent to what the likelihood takes, in the shape of the data; may be empty.",
      in: &reader)
    likelihood = try reader.choice(
      "likelihood", of: "likelihood", among: likelihoodTable,
      "p(x|z), by what the decoder ends in, y.")
    objective = try reader.choice(
      "objective", of: "objective", default: .string(EvidenceLowerBound.key),
      among: objectives, "What is minimised.")
    resolved = reader.resolved
  }

  /// The fields that its layers read beside what arrives.
  var fieldNames: [String] {
    (encoder + latents.flatMap(\.prior.layers) + decoder).compactMap(\.layer.fieldName)
  }

  /// The decoder's layers, joined to the last latent.
  func decoder(fields: [Field]) throws(ConfigurationError) -> LayerStack {
    try LayerStack(
      "decoder", decoder, inputShape: [latents[latents.count - 1].latentCount], fields: fields)
  }
}

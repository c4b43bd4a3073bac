import Configuration
import GraphIR
import Models

/// Reconstruction against a critic that tells samples of q(z|x) from the prior's: a game of two players.
///
/// - Source: Makhzani et al., arXiv:1511.05644, with the generator's loss that does not saturate.
struct CriticObjective: Objective {
  static let key = "critic"
  let samplesPerExample = 1
  let losses = [Model.objectiveLoss, "critic"]

  init(reading options: inout ObjectReader) throws(ConfigurationError) {}

  /// The table that has it alone.
  static var table: [ChoiceEntry<any Objective>] {
    [(key, { (reader) throws(ConfigurationError) in try CriticObjective(reading: &reader) })]
  }

  /// How surely samples `[N, Z]` are the prior's, `[N, 1]`.
  private func verdict(_ z: Value, in emission: inout Emission) -> Value {
    let hidden = emission.dense(z, units: 5, name: "critic.dense1")
    let seen = emission.builder.softplus(hidden)
    return emission.dense(seen, units: 1, name: "critic.dense2")
  }

  /// Σ −log σ(y), or of −y.
  private func surprise(_ y: Value, expecting isPrior: Bool, in emission: inout Emission) -> Value {
    let wrong = isPrior ? emission.builder.negate(y) : y
    return emission.builder.sum(emission.builder.softplus(wrong))
  }

  func emit(
    _ terms: ObjectiveTerms, in emission: inout Emission
  ) throws(Misfit) -> ObjectiveValues {
    let z = emission.samplesAsRows(terms.latents)
    let y = verdict(z, in: &emission)
    let gap = surprise(y, expecting: true, in: &emission)
    let reconstruction = emission.builder.sum(terms.reconstruction(in: &emission))
    return ObjectiveValues(
      objective: emission.builder.add(reconstruction, gap), weightedKL: gap)
  }

  func emit(
    loss: String, _ terms: ObjectiveTerms, in emission: inout Emission
  ) throws(Misfit) -> Value {
    let z = emission.builder.stopGradient(emission.samplesAsRows(terms.latents))
    let prior = emission.noise(.standardNormal, rows: emission.builder.shape(z))
    let (real, fake) = (verdict(prior, in: &emission), verdict(z, in: &emission))
    return emission.builder.add(
      surprise(real, expecting: true, in: &emission),
      surprise(fake, expecting: false, in: &emission))
  }
}

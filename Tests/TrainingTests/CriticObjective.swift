import Configuration
import GraphIR
import Models

/// Reconstruction against a critic that tells samples of q(z|x) from the prior's: a game of two players.
///
/// - Source: Makhzani et al., arXiv:1511.05644, with the generator's loss that does not saturate.
struct CriticObjective: Objective {
  static let key = "critic"
  static let meaning =
    "A critic tells samples of q(z|x) from the prior's. Makhzani et al., arXiv:1511.05644."
  let samplesPerExample = 1
  let losses = [Model.objectiveLoss, "critic"]

  init(reading options: inout ObjectReader) throws(ConfigurationError) {}

  /// The table that has it alone.
  static var table: [Alternative<any Objective>] {
    [
      Alternative(key, meaning) { (reader) throws(ConfigurationError) in
        try CriticObjective(reading: &reader)
      }
    ]
  }

  /// How surely samples `[N, Z]` are the prior's, `[N, 1]`.
  private func verdict(_ z: Expression) -> Expression {
    softplus(z.dense(units: 5, name: "critic.dense1")).dense(units: 1, name: "critic.dense2")
  }

  /// Σ −log σ(y), or of −y.
  private func surprise(_ y: Expression, expecting isPrior: Bool) -> Expression {
    softplus(isPrior ? -y : y).sum()
  }

  private func latents(of pass: ForwardPass) -> Expression { pass.latents[0].draw.z.samplesAsRows }

  func terms(of pass: ForwardPass) throws(Misfit) -> [ObjectiveTerm] {
    [
      ObjectiveTerm("reconstruction", pass.reconstruction.sum()),
      ObjectiveTerm("gap", surprise(verdict(latents(of: pass)), expecting: true)),
    ]
  }

  func loss(_ name: String, of pass: ForwardPass) throws(Misfit) -> Expression {
    let z = latents(of: pass).stopGradient
    let prior = pass.emission.noise(.standardNormal, z.shape)
    return surprise(verdict(prior), expecting: true) + surprise(verdict(z), expecting: false)
  }
}

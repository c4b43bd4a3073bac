internal import Configuration

/// All posteriors; a new one adds its line here.
let posteriorChoices: [any Posterior.Type] = [
  GaussianPosterior.self, DeterministicPosterior.self, PlanarFlow.self, LadderPosterior.self,
]

/// The posteriors as `readChoice` takes them.
var posteriorTable: [ChoiceEntry<any Posterior>] {
  posteriorChoices.map { type in
    (
      name: type.key,
      read: { reader throws(ConfigurationError) in try type.init(reading: &reader) }
    )
  }
}

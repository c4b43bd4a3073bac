internal import Configuration

/// All posteriors; a new one adds its line here.
let posteriorChoices: [any Posterior.Type] = [
  GaussianPosterior.self, DeterministicPosterior.self, PlanarFlow.self, LadderPosterior.self,
]

/// The posteriors as a reader takes them.
var posteriorTable: [Alternative<any Posterior>] {
  posteriorChoices.map { type in
    Alternative(type.key, type.meaning) { (reader) throws(ConfigurationError) in
      try type.init(reading: &reader)
    }
  }
}

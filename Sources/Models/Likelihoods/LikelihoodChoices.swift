internal import Configuration

/// All likelihoods; a new one adds its line here.
let likelihoodChoices: [any Likelihood.Type] = [
  BernoulliLikelihood.self, GaussianLikelihood.self, MultinomialLikelihood.self,
  SquaredErrorLikelihood.self,
]

/// The likelihoods as a reader takes them.
var likelihoodTable: [Alternative<any Likelihood>] {
  likelihoodChoices.map { type in
    Alternative(type.key, type.meaning) { (reader) throws(ConfigurationError) in
      try type.init(reading: &reader)
    }
  }
}

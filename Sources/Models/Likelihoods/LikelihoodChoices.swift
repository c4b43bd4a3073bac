internal import Configuration

/// All likelihoods; a new one adds its line here.
let likelihoodChoices: [any Likelihood.Type] = [
  BernoulliLikelihood.self, GaussianLikelihood.self, MultinomialLikelihood.self,
  SquaredErrorLikelihood.self,
]

/// The likelihoods as `readChoice` takes them.
var likelihoodTable: [ChoiceEntry<any Likelihood>] {
  likelihoodChoices.map { type in
    (
      name: type.key,
      read: { reader throws(ConfigurationError) in try type.init(reading: &reader) }
    )
  }
}

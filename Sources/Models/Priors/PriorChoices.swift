internal import Configuration

/// All priors; a new one adds its line here.
let priorChoices: [any Prior.Type] = [
  StandardNormalPrior.self, VampPrior.self, ConditionalPrior.self,
]

/// The priors as a reader takes them.
var priorTable: [Alternative<any Prior>] {
  priorChoices.map { type in
    Alternative(type.key, type.meaning) { (reader) throws(ConfigurationError) in
      try type.init(reading: &reader)
    }
  }
}

internal import Configuration

/// All priors; a new one adds its line here.
let priorChoices: [any Prior.Type] = [
  StandardNormalPrior.self, VampPrior.self, ConditionalPrior.self,
]

/// The priors as `readChoice` takes them.
var priorTable: [ChoiceEntry<any Prior>] {
  priorChoices.map { type in
    (
      name: type.key,
      read: { reader throws(ConfigurationError) in try type.init(reading: &reader) }
    )
  }
}

internal import Configuration

/// All objectives; a new one adds its line here.
let objectiveChoices: [any Objective.Type] = [
  EvidenceLowerBound.self, ImportanceWeightedBound.self, TotalCorrelationBound.self,
  FactorObjective.self,
]

/// The objectives as `readChoice` takes them.
var objectiveTable: [ChoiceEntry<any Objective>] {
  objectiveChoices.map { type in
    (
      name: type.key,
      read: { reader throws(ConfigurationError) in try type.init(reading: &reader) }
    )
  }
}

internal import Configuration

/// All objectives; a new one adds its line here.
let objectiveChoices: [any Objective.Type] = [
  EvidenceLowerBound.self, ImportanceWeightedBound.self, TotalCorrelationBound.self,
  FactorObjective.self,
]

/// The objectives as a reader takes them.
var objectiveTable: [Alternative<any Objective>] {
  objectiveChoices.map { type in
    Alternative(type.key, type.meaning) { (reader) throws(ConfigurationError) in
      try type.init(reading: &reader)
    }
  }
}

internal import Configuration
public import Optimizers

/// How some of the parameters are trained: an element of `training.groups`, or what the section `training` itself says
/// for the rest.
public struct ParameterGroup: Sendable {
  /// Patterns of the names, in which `*` stands for any run of characters; empty for the rest.
  public var patterns: [String]
  /// Whether parameters and running statistics keep their values.
  public var isFrozen: Bool
  /// Longest gradient of the group that is applied as it is; nil for any.
  public var clipNorm: Double?
  /// L1 and L2 penalties on its weights.
  public var penalty: WeightPenalty
  package var optimizer: any Optimizer
  package var schedule: any Schedule

  /// Reads what the section says for all that are in no group.
  ///
  /// - Throws: `ConfigurationError` at the key that is wrong.
  init(rest reader: inout ObjectReader) throws(ConfigurationError) {
    (patterns, isFrozen) = ([], false)
    optimizer = try reader.choice(
      "optimizer", of: "optimizer", default: .string(Adam.key), among: optimizerTable,
      "How gradients change parameters.")
    schedule = try reader.choice(
      "schedule", of: "schedule", default: .string(Constant.key), among: Self.schedules,
      "A factor on the learning rate.")
    clipNorm = try reader.optionalNumber(
      "clipNorm", above: 0,
      "Longest mean gradient that is applied as it is; a group's own gradient alone is measured.")
    penalty = WeightPenalty(
      l1: try reader.number(
        "l1", default: 0, in: 0...1e6,
        "λ of the penalty λ Σ|w| on weights of products; it is not in the printed objective."),
      l2: try reader.number(
        "l2", default: 0, in: 0...1e6,
        "λ of the penalty ½ λ Σw² on weights of products; it is not in the printed objective."))
  }

  /// Reads an element of `groups`; a key that it leaves out has the section's value.
  ///
  /// - Parameter rest: what the section says.
  /// - Throws: `ConfigurationError` at the key that is wrong.
  init(
    reading reader: inout ObjectReader, in section: JSONNode, _ rest: ParameterGroup
  ) throws(ConfigurationError) {
    let patterns = try reader.strings(
      "parameters",
      "Names, in which `*` stands for any characters: `\"encoder.*\"`. Each has to fit a parameter or "
        + "a running statistic of the model, and none may be in two groups.")
    let isFrozen = try reader.boolean(
      "frozen", default: false,
      "Whether they keep their values, running statistics too; nothing else may then be said of them."
    )
    if isFrozen {
      if let key = reader.given(of: ParameterGroup.init(rest:)) {
        throw reader.error(
          key, expected: "nothing beside \"frozen\": true, since nothing changes the parameters",
          remedy: "Leave out \"\(key)\" or \"frozen\".")
      }
      self = rest
    } else {
      self = try reader.inheriting(from: section, read: ParameterGroup.init(rest:))
    }
    (self.patterns, self.isFrozen) = (patterns, isFrozen)
  }

  /// Whether a parameter's name fits one of the patterns.
  func contains(_ name: String) -> Bool { patterns.contains { Self.matches($0)(name) } }

  /// Whether names fit a pattern.
  package static func matches(_ pattern: String) -> (_ name: String) -> Bool {
    { fits(Array($0)[...], Array(pattern)[...]) }
  }

  /// Whether a name fits a pattern as a whole.
  private static func fits(_ name: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool
  {
    guard let first = pattern.first else { return name.isEmpty }
    let rest = pattern.dropFirst()
    if first == "*" {
      return (name.startIndex...name.endIndex).contains { fits(name[$0...], rest) }
    }
    return name.first == first && fits(name.dropFirst(), rest)
  }

  private static var schedules: [Alternative<any Schedule>] {
    [
      entry(Constant.self), entry(LinearWarmUp.self), entry(Cosine.self), entry(StepDecay.self),
      entry(ReduceOnPlateau.self),
    ]
  }

  private static func entry(_ type: any Schedule.Type) -> Alternative<any Schedule> {
    Alternative(type.key, type.meaning) { (reader) throws(ConfigurationError) in
      try type.init(reading: &reader)
    }
  }
}

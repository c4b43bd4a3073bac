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

  /// The keys that a group and the section have in common.
  static let keys = ["optimizer", "schedule", "clipNorm", "l1", "l2"]

  /// Reads what the section says for all that are in no group.
  ///
  /// - Throws: `ConfigurationError` at the key that is wrong.
  init(rest reader: inout ObjectReader) throws(ConfigurationError) {
    (patterns, isFrozen) = ([], false)
    optimizer = try reader.choice(
      "optimizer", of: "optimizer", default: .string(Adam.key), among: Self.optimizers)
    schedule = try reader.choice(
      "schedule", of: "schedule", default: .string(Constant.key), among: Self.schedules)
    clipNorm = try reader.optionalNumber("clipNorm", above: 0)
    penalty = WeightPenalty(
      l1: try reader.number("l1", default: 0, in: 0...1e6),
      l2: try reader.number("l2", default: 0, in: 0...1e6))
  }

  /// Reads an element of `groups`; a key that it leaves out has the section's value.
  ///
  /// - Parameter rest: what the section says.
  /// - Throws: `ConfigurationError` at the key that is wrong.
  static func read(
    _ node: JSONNode, in section: JSONNode, _ rest: ParameterGroup
  ) throws(ConfigurationError) -> (value: ParameterGroup, resolved: JSONNode) {
    var reader = try ObjectReader(node.filled(from: section, keys))
    try reader.allow(only: ["parameters", "frozen"] + keys)
    let patterns = try reader.elements("parameters") { node throws(ConfigurationError) in
      (try node.string(), node)
    }
    let isFrozen = try reader.boolean("frozen", default: false)
    var group = isFrozen ? rest : try ParameterGroup(rest: &reader)
    (group.patterns, group.isFrozen) = (patterns, isFrozen)
    if isFrozen, let key = keys.first(where: { node[$0] != nil }) {
      throw reader.error(
        key, expected: "nothing beside \"frozen\": true, since nothing changes the parameters",
        remedy: "Leave out \"\(key)\" or \"frozen\".")
    }
    return (group, try reader.finish())
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

  private static var optimizers: [ChoiceEntry<any Optimizer>] {
    optimizerChoices.map { entry($0) }
  }

  private static func entry(_ type: any Optimizer.Type) -> ChoiceEntry<any Optimizer> {
    (type.key, { (reader) throws(ConfigurationError) in try type.init(reading: &reader) })
  }

  private static var schedules: [ChoiceEntry<any Schedule>] {
    [
      entry(Constant.self), entry(LinearWarmUp.self), entry(Cosine.self), entry(StepDecay.self),
      entry(ReduceOnPlateau.self),
    ]
  }

  private static func entry(_ type: any Schedule.Type) -> ChoiceEntry<any Schedule> {
    (type.key, { (reader) throws(ConfigurationError) in try type.init(reading: &reader) })
  }
}

public import Configuration
internal import GraphIR
public import Models
internal import Optimizers

/// A model's parameters and the groups of a configuration that they belong to.
package struct GroupedParameters: Sendable {
  package let groups: [ParameterGroup]
  /// The group of each parameter.
  package let indices: [Int]
  private let parameters: [ParameterDeclaration]

  /// Puts each parameter into the first group whose patterns its name fits, or with the rest.
  package init(_ configuration: TrainingConfiguration, of model: Model) {
    groups = configuration.groups
    parameters = model.parameters
    indices = parameters.map { parameter in
      configuration.groups.firstIndex { $0.contains(parameter.name) } ?? 0
    }
  }

  /// Whether a step changes a parameter.
  package func isChanged(_ parameter: Int) -> Bool { !groups[indices[parameter]].isFrozen }

  /// Names of all arrays that the optimisers keep.
  package var stateNames: [String] {
    var names: [String] = []
    for (index, group) in groups.enumerated() {
      guard parameters.indices.contains(where: { indices[$0] == index && isTrained($0) }) else {
        continue
      }
      names += group.optimizer.stateNames.filter { !names.contains($0) }
    }
    return names
  }

  /// Which of the optimiser's arrays a state of this name is for a parameter; nil where it has none.
  package func state(_ name: String, of parameter: Int) -> Int? {
    isTrained(parameter)
      ? groups[indices[parameter]].optimizer.stateNames.firstIndex(of: name) : nil
  }

  /// Whether such a state of a parameter is never negative.
  package func isNonNegative(_ name: String, of parameter: Int) -> Bool {
    groups[indices[parameter]].optimizer.nonNegativeStates.contains(name)
  }

  /// Whether an optimiser changes a parameter.
  package func isTrained(_ parameter: Int) -> Bool {
    parameters[parameter].isTrained && isChanged(parameter)
  }
}

extension TrainingConfiguration {
  /// Checks that groups are of parameters that the model has, that each is in one, and that something is trained.
  ///
  /// - Throws: `ConfigurationError` at `training.groups`.
  public func checkGroups(for model: Model) throws(ConfigurationError) {
    let names = model.parameters.map(\.name)
    for (index, group) in groups.enumerated().dropFirst() {
      for pattern in group.patterns {
        let single = ParameterGroup.matches(pattern)
        guard !names.contains(where: single) else { continue }
        let near = nearestName(to: pattern, among: names).map { "Did you mean \"\($0)\"? " } ?? ""
        throw refusal(
          index - 1, expected: "names or patterns of the model's parameters",
          found: "\"\(pattern)\"",
          remedy: near + "The model has \(names.prefix(40).joined(separator: ", ")).")
      }
    }
    for name in names {
      let own = groups.indices.filter { groups[$0].contains(name) }
      guard own.count > 1 else { continue }
      throw refusal(
        own[1] - 1, expected: "parameters of no other group",
        found: "\(name), which is in groups[\(own[0] - 1)]", remedy: "Change one of the patterns.")
    }
    let grouped = GroupedParameters(self, of: model)
    guard !names.indices.contains(where: grouped.isTrained) else { return }
    throw refusal(
      0, expected: "something that is trained", found: "groups that freeze all",
      remedy: "Freeze fewer parameters.")
  }

  private func refusal(
    _ group: Int, expected: String, found: String, remedy: String
  ) -> ConfigurationError {
    ConfigurationError(
      code: .invalid, file: nil, line: nil, path: "training.groups[\(group)].parameters",
      message: "expected \(expected), found \(found)", remedy: remedy)
  }
}

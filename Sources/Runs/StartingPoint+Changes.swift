internal import Checkpoints
internal import Configuration
internal import Examples
internal import GraphIR
internal import Models
internal import Optimizers
internal import Training

extension StartingPoint {
  /// Makes the checkpoint fit a training whose configuration may have changed since.
  ///
  /// Three kinds of changes: where arrays of the checkpoint no longer fit, it cannot be used; what
  /// changes the arithmetic has to be allowed; the rest is taken as it is.
  ///
  /// - Parameters:
  ///   - resolved: the configuration now.
  ///   - trainer: the training at its beginning.
  ///   - exampleCount: what it learns from.
  /// - Returns: everything that has changed, in words.
  /// - Throws: `RunError` listing what stands in the way.
  mutating func take(
    _ resolved: JSONNode, _ environment: Environment, for trainer: Trainer, exampleCount: Int,
    allowsChanges: Bool
  ) throws -> [String] {
    guard let checkpoint, var state else { return [] }
    let then = checkpoint.environment
    let old = filledIn(checkpoint.configuration, then.fields ?? [])
    var changes = ConfigurationChange.between(old, resolved)
    changes += fieldChanges(from: then, to: environment)
    try requireArrays(of: trainer, changes)
    changes += dataChanges(from: then, to: environment, changes)
    if state.offset > exampleCount {
      changes.append(
        ConfigurationChange(
          path: "data", old: "\(state.offset) or more examples", new: "\(exampleCount)"))
    }
    let looksAtEnd = trainer.configuration.looksAtEnd
    let effects = changes.map { $0.effect(looksAtEnd: looksAtEnd) }
    let arithmetic = zip(changes, effects).filter { $1 != .nothing }.map(\.0)
    guard arithmetic.isEmpty || allowsChanges else {
      throw refusal(
        arithmetic,
        remedy:
          "Undo the change, go on with it by --allow-changes, or start anew with --output DIR.")
    }
    var words = changes.map(\.description)
    state.change(shards: trainer.state.shards)
    if changes.contains(where: {
      $0.path.hasPrefix("training.schedule") || $0.path.hasPrefix("training.groups")
    }) {
      state.forgetPlateaus(like: trainer.state)
    }
    if effects.contains(.epochAgain) {
      if state.offset > 0 { words.append("epoch \(state.epoch + 1) starts again") }
      if state.best != nil { words.append("the best epoch so far is forgotten") }
      state.startEpochAgain(like: trainer.state)
      best = nil
    }
    self.checkpoint?.snapshot.state = state
    return words + environment.differences(from: then)
  }

  /// An old configuration with the defaults of keys that did not exist when it was saved.
  private func filledIn(_ old: JSONNode, _ others: [Field]) -> JSONNode {
    guard let configuration = try? RunConfiguration(reading: old),
      let model = try? Model(reading: configuration.model, others: others)
    else { return old }
    return configuration.resolved(with: model)
  }

  /// Refuses a checkpoint without the arrays that the training needs.
  private func requireArrays(of trainer: Trainer, _ changes: [ConfigurationChange]) throws {
    guard let snapshot = checkpoint?.snapshot else { return }
    let model = changes.filter { $0.path.hasPrefix("model.") || $0.isOfAField }
    let mine = snapshot.parameters.map { ($0.name, $0.shape) }
    let needed = trainer.model.parameters.map { ($0.name, $0.shape.extents) }
    if !model.isEmpty, !mine.elementsEqual(needed, by: ==) {
      throw refusal(
        model,
        remedy: "The checkpoint's parameters do not fit. Undo the change, or start anew with "
          + "--output DIR.")
    }
    let optimizer = changes.filter {
      $0.path.hasPrefix("training.optimizer") || $0.path.hasPrefix("training.groups")
    }
    if !optimizer.isEmpty, !trainer.findsStates(in: snapshot) {
      throw refusal(
        optimizer,
        remedy:
          "The checkpoint lacks the state of this optimiser. Undo the change, or start anew "
          + "with --output DIR.")
    }
  }

  /// Fields that have another shape or other classes now.
  private func fieldChanges(
    from then: Environment, to now: Environment
  ) -> [ConfigurationChange] {
    let fields = now.fields ?? []
    return (then.fields ?? []).compactMap { old in
      guard let new = fields.first(where: { $0.name == old.name }), new != old else { return nil }
      return ConfigurationChange(
        path: "data.fields.\(old.name) of the file", old: old.summary, new: new.summary)
    }
  }

  /// Changes of the data that no key shows.
  private func dataChanges(
    from then: Environment, to now: Environment, _ changes: [ConfigurationChange]
  ) -> [ConfigurationChange] {
    if changes.contains(where: \.isOfAField) { return [] }
    if then.dataScale != now.dataScale {
      return [
        ConfigurationChange(
          path: "data.scale of the file", old: "\(then.dataScale)", new: "\(now.dataScale)")
      ]
    }
    let isKnown = changes.contains {
      $0.path.hasPrefix("data.") && $0.effect(looksAtEnd: false) != .nothing
    }
    guard !isKnown, let old = then.dataDigest, let new = now.dataDigest, old != new else {
      return []
    }
    return [
      ConfigurationChange(
        path: "data.content", old: "SHA-256 \(old.prefix(8))…", new: "\(new.prefix(8))…")
    ]
  }

  private func refusal(_ changes: [ConfigurationChange], remedy: String) -> RunError {
    RunError(
      code: .changedConfiguration, object: name,
      expected: "the configuration that the checkpoint was made with",
      found: changes.map(\.description).joined(separator: "; "), remedy: remedy)
  }
}

extension ConfigurationChange {
  /// Whether the data have another field of this name, which no key shows.
  fileprivate var isOfAField: Bool {
    path.hasPrefix("data.fields.") && path.hasSuffix(" of the file")
  }
}

extension Field {
  /// In a few words: `10 classes: 0, 1, 2, …` or `numbers of shape [3]`.
  fileprivate var summary: String {
    guard let classes else { return "numbers of shape \(shape)" }
    return "\(classes.count) classes: " + classes.prefix(12).joined(separator: ", ")
      + (classes.count > 12 ? ", …" : "")
  }
}

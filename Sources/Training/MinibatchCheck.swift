public import Configuration
public import Models

extension TrainingConfiguration {
  /// Checks that no minibatch of an epoch has fewer examples than the model's training step needs.
  ///
  /// - Parameter examples: examples of an epoch.
  /// - Throws: `ConfigurationError` at `training.batchSize`.
  public func checkMinibatches(for model: Model, examples: Int) throws(ConfigurationError) {
    let (needed, layer) = model.fewestRows
    let smallest = smallestMinibatch(of: batchSize, examples: examples)
    guard smallest < needed else { return }
    let place =
      smallest < min(batchSize, examples)
      ? "an epoch's last minibatch: \(examples) examples in minibatches of \(batchSize)"
      : "a minibatch"
    throw ConfigurationError(
      code: .invalid, file: nil, line: nil, path: "training.batchSize",
      message: "expected minibatches of at least \(needed) examples, for the variance that "
        + "\(layer) takes over them, found \(smallest) in \(place)",
      remedy: remedy(needed: needed, examples: examples))
  }

  /// The smallest minibatch that the training comes to.
  private func smallestMinibatch(of size: Int, examples: Int) -> Int {
    let rest = examples % size
    let reachesRest = (steps ?? .max) > examples / size
    return rest > 0 && reachesRest ? rest : min(size, examples)
  }

  private func remedy(needed: Int, examples: Int) -> String {
    let sizes = (1...max(batchSize, needed)).lazy.flatMap { [batchSize - $0, batchSize + $0] }
    let fitting = sizes.first {
      $0 >= needed && smallestMinibatch(of: $0, examples: examples) >= needed
    }
    return fitting.map { "Set training.batchSize to \($0)." } ?? "Train on more examples."
  }
}

internal import Examples

extension ExampleSet {
  /// Throws where a training that goes on mixes more examples at once than are in memory now: they would be read again and
  /// again.
  ///
  /// - Parameter window: what it mixes; nil for all.
  func requireMemory(for window: ShuffleWindow?) throws(RunError) {
    guard let here = source.window, window?.rowCount ?? .max > here.rowCount else { return }
    throw RunError(
      code: .tooLarge, object: "data.memory",
      expected:
        "memory for \(window.map { "\($0.rowCount)" } ?? "all") examples that are mixed, as "
        + "when the run began",
      found: "memory for \(here.rowCount)",
      remedy: "Raise data.memory, free memory, or start anew with --output DIR.")
  }
}

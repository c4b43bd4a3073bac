public import Diagnosis

/// A step that was not applied because something in it was not finite: what, where, and what is done
/// about it.
public struct NonFiniteReport: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is done about it.
  public enum Action: String, Sendable, Hashable, Codable {
    case stop, skip, rollback
  }

  /// What is not finite, and where.
  public var cause: NonFiniteStep
  /// Number of the step that was not applied, from 1.
  public var step: Int
  /// Passes over the data before the step, with their fraction.
  public var epoch: Double
  /// What is done about it.
  public var action: Action
  /// Why the configured reaction is not taken; nil where it is.
  public var limit: String?
  /// Steps that the training has behind it after going back; nil where it does not.
  public var returnStep: Int?
  /// Where the minibatch was saved; nil where it was not.
  public var batchFile: String?

  /// One line: where, what, what is done, and what the reader can do.
  public var description: String {
    let saved = batchFile.map { " (the minibatch is saved in \($0))" } ?? ""
    return "step \(step), epoch \(epoch.rounded(toPlaces: 3)): \(cause)\(saved). \(consequence)"
  }

  private var consequence: String {
    switch action {
    case .skip: "The step is left out."
    case .rollback:
      "Going back to \(returnStep.map { "step \($0)" } ?? "a checkpoint"), at half the learning rate."
    case .stop: "The step was not applied" + (limit.map { "; \($0)" } ?? "") + ". " + remedy
    }
  }

  private var remedy: String {
    if cause.place.hasPrefix("input ") {
      return "Take the named example out of the data, or mend it."
    }
    let policy = limit == nil ? ", or set training.onNonFinite to skip or rollback" : ""
    switch cause.kind {
    case .parameter:
      return "Lower training.optimizer.*.learningRate\(policy)."
    case .objective, .gradient, .statistic:
      return "Lower training.optimizer.*.learningRate, set training.clipNorm, check the data's "
        + "range\(policy)."
    }
  }
}

extension Double {
  fileprivate func rounded(toPlaces places: Int) -> Double {
    let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
    return (self * scale).rounded() / scale
  }
}

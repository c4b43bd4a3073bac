public import Configuration

/// A key that two configurations give different values.
public struct ConfigurationChange: Sendable, Hashable, CustomStringConvertible {
  /// What a change does to a training that goes on with it. That the checkpoint's arrays no longer
  /// fit, no key says: their names and shapes do (`StartingPoint.take`).
  public enum Consequence: Sendable, Hashable {
    /// It comes to the same bits as one that had the change from the start, as far as both go.
    case none
    /// It computes differently from here on.
    case arithmetic
    /// It sees other examples, another order or another objective: the begun epoch starts again, and
    /// what was best is forgotten.
    case epochAgain
  }

  /// Path of the key.
  public var path: String
  /// Its value in the checkpoint.
  public var old: String
  /// Its value now.
  public var new: String
  /// `training.epochs: 10 → 20`.
  public var description: String { "\(path): \(old) → \(new)" }

  /// What each key does; the first line that fits decides.
  private static let table: [(key: String, consequence: Consequence)] = [
    ("name", .none),
    ("checkpoints", .none),
    ("training.epochs", .none),
    ("training.steps", .none),
    ("training.reportEverySteps", .none),
    ("training.earlyStopping", .none),
    ("training.onNonFinite", .none),
    ("training.seed", .epochAgain),
    ("training.average", .epochAgain),  // Other weights are validated.
    ("training", .arithmetic),
    ("data.file", .none),  // Its content is compared by `RunData.digest`.
    ("data.synthetic", .none),
    ("data", .epochAgain),
    ("model", .epochAgain),
  ]

  /// What the change does.
  ///
  /// - Parameter resolved: the changed configuration. The cosine schedule looks at the end of the
  ///   training, so that another end is another learning rate.
  public func consequence(in resolved: JSONNode) -> Consequence {
    let looksAtEnd = resolved["training"]?["schedule"]?["cosine"] != nil
    if looksAtEnd, ["training.epochs", "training.steps"].contains(path) { return .arithmetic }
    let line = Self.table.first { path == $0.key || path.hasPrefix($0.key + ".") }
    return line?.consequence ?? .arithmetic
  }

  /// Keys whose values differ, in the order of the old configuration.
  public static func between(
    _ old: JSONNode, _ new: JSONNode, path: String = ""
  ) -> [ConfigurationChange] {
    guard case (.object(let mine), .object(let theirs)) = (old.content, new.content) else {
      let (before, after) = (old.text(pretty: false), new.text(pretty: false))
      return before == after ? [] : [ConfigurationChange(path: path, old: before, new: after)]
    }
    let added = theirs.map(\.key).filter { old[$0] == nil }
    return (mine.map(\.key) + added).flatMap { key in
      between(
        old[key] ?? .null, new[key] ?? .null, path: path.isEmpty ? key : "\(path).\(key)")
    }
  }
}

public import Configuration

/// A key that two configurations give different values.
public struct ConfigurationChange: Sendable, Hashable, CustomStringConvertible {
  /// Path of the key.
  public var path: String
  /// Its value in the checkpoint.
  public var old: String
  /// Its value now.
  public var new: String
  /// `training.epochs: 10 → 20`.
  public var description: String { "\(path): \(old) → \(new)" }

  /// What the change does, as the key's declaration says.
  ///
  /// - Parameter looksAtEnd: Whether a schedule looks at the end of the training, so that another end is another
  ///   learning rate.
  public func effect(looksAtEnd: Bool) -> ChangeEffect {
    let effect = RunConfiguration.keys.effect(ofChangeAt: path)
    return effect == .end ? (looksAtEnd ? .arithmetic : .nothing) : effect
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

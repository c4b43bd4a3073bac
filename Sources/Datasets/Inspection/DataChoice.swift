/// What of a file a training takes where nobody says it.
public struct DataChoice: Codable, Hashable, Sendable {
  /// Examples, and their labels.
  public struct Part: Codable, Hashable, Sendable {
    /// The dataset or group.
    public var dataset: String
    /// The dataset or group of their labels; nil where none is plainly theirs.
    public var labels: String?

    /// A part.
    public init(dataset: String, labels: String? = nil) {
      (self.dataset, self.labels) = (dataset, labels)
    }
  }

  /// What is learnt from.
  public var train: Part
  /// How many examples that are.
  public var exampleCount: Int
  /// Shape of one, channels last.
  public var exampleShape: [Int]
  /// What early stopping may look at.
  public var validation: Part?
  /// What the final evaluation may look at.
  public var test: Part?
}

/// The section `data` that says it.
extension DataChoice {
  /// Its keys behind `file`, in order: datasets, or objects of `dataset` and `labels`.
  public var keys: [(key: String, part: Part)] {
    var keys = [("train", Part(dataset: train.dataset))]
    if let labels = train.labels { keys.append(("labels", Part(dataset: labels))) }
    if let validation { keys.append(("validation", validation)) }
    if let test { keys.append(("test", test)) }
    return keys
  }
}

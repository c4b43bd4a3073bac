internal import Examples
internal import HDF5

/// What a person would train on, of all that could be.
extension Inspection {
  /// The largest data of the likeliest kind, what is called validation and test data beside them, and labels of
  /// all of these; nil where nothing fits.
  ///
  /// Labels are read: those that training would refuse, for one of another class among them, are not recommended.
  func recommendation(in source: HDF5File) -> DataChoice? {
    let likely = entries.compactMap(Candidate.init).filter { $0.likelihood > .description }
    guard
      let train = likely.enumerated().max(by: { a, b in
        (a.element.likelihood, a.element.size, -a.offset)
          < (b.element.likelihood, b.element.size, -b.offset)
      })?.element
    else { return nil }
    func other(_ split: ObjectName.Split) -> Candidate? {
      let others = likely.filter {
        $0.name.path != train.name.path && $0.shape == train.shape && $0.name.split == split
      }
      return others.first { $0.name.subject == train.name.subject } ?? others.first
    }
    let parts = [train, other(.validation), other(.test)]
    let labels = labels(of: parts, in: source) ?? [nil, nil, nil]
    func part(_ index: Int) -> DataChoice.Part? {
      parts[index].map { DataChoice.Part(dataset: $0.name.path, labels: labels[index]) }
    }
    return DataChoice(
      train: DataChoice.Part(dataset: train.name.path, labels: labels[0]),
      exampleCount: train.count, exampleShape: train.shape, validation: part(1), test: part(2))
  }

  /// The labels of some parts, the training examples first; nil where one of them has none, or other classes than
  /// these.
  private func labels(of parts: [Candidate?], in source: HDF5File) -> [String?]? {
    var known: (any StoredExamples)?
    var found: [String?] = []
    for part in parts {
      guard let part else {
        found.append(nil)
        continue
      }
      let companion = companions(of: part).lazy.compactMap { path in
        labels(path, count: part.count, like: known, in: source).map { (path, $0) }
      }.first
      guard let (path, labels) = companion else { return nil }
      known = known ?? labels
      found.append(path)
    }
    return found
  }

  /// Labels that training takes beside so many examples; nil for others.
  private func labels(
    _ path: String, count: Int, like known: (any StoredExamples)?, in source: HDF5File
  ) -> (any StoredExamples)? {
    let request = DatasetRequest(file: file, opened: source, name: path, kind: .any)
    guard let found = try? request.open(), found.exampleCount == count else { return nil }
    if let classes = known?.classes {
      return (found as? ClassExamples)?.renamed(to: classes) == nil ? nil : found
    }
    return known.map { $0.exampleShape != found.exampleShape || found.classes != nil } == true
      ? nil : found
  }

  /// What is called as labels of a part would be, the likeliest first.
  private func companions(of part: Candidate) -> [String] {
    let mayBe = entries.filter { $0.mayBeLabels(of: part.count) }.map { ObjectName($0.path) }
    if let folder = annotations(of: part) {
      let columns = mayBe.filter { $0.components.count == 2 && $0.components[0] == folder }
      return Self.columnNames.flatMap { name in
        columns.filter { $0.components[1].lowercased().filter(\.isLetter) == name }.map(\.path)
      }
    }
    return Self.labelNames.flatMap { word in
      mayBe.filter { name in
        guard let difference = name.onlyDifference(from: part.name) else { return false }
        return ObjectName(String(difference)).subject.contains(word)
          && (name.split == part.name.split || name.split == nil)
      }
      .sorted { ($0.split != nil ? 0 : 1) < ($1.split != nil ? 0 : 1) }
      .map(\.path)
    }
  }

  /// The group that describes each example of a matrix of AnnData or loom.
  private func annotations(of part: Candidate) -> Substring? {
    let groups = Set(entries.filter { $0.kind != "dataset" }.map { ObjectName($0.path).path })
    let home = part.name.components.first ?? ""
    if ["X", "layers", "raw", "obsm"].contains(home), groups.isSuperset(of: ["obs", "var"]) {
      return "obs"
    }
    if ["matrix", "layers"].contains(home), groups.isSuperset(of: ["col_attrs", "row_attrs"]) {
      return "col_attrs"
    }
    return nil
  }

  /// What labels are called, the likeliest first.
  private static let labelNames = [
    "label", "labels", "target", "targets", "class", "classes", "y",
  ]
  /// What columns of labels are called, the likeliest first, without marks and digits.
  private static let columnNames =
    ["label", "labels", "celltype", "celltypes"] + labelNames.dropFirst(2)
    + ["cluster", "clusters", "clustername"]
}

extension Inspection.Entry {
  /// Whether it may be one label, or a few numbers, for each of so many examples.
  fileprivate func mayBeLabels(of count: Int) -> Bool {
    guard let shape else { return kind == "categories" }
    return shape.count <= 2 && shape.contains(count)
      && shape.reduce(1.0) { $0 * Double($1) } <= 64 * Double(count)
  }
}

/// A dataset that training takes.
private struct Candidate {
  let name: ObjectName
  /// How many examples it has, and the shape of one.
  let count: Int
  let shape: [Int]
  /// Elements of all examples; their product may exceed an integer where they are sparse.
  let size: Double
  let likelihood: Likelihood

  /// How likely these are the examples that are meant.
  enum Likelihood: Int, Comparable {
    /// What describes examples: labels and numbers of one column, and what the usual formats keep beside their matrix.
    case description
    /// Forms of the examples before or after some treatment, as AnnData and loom keep them.
    case reduced, raw, layer
    /// Called what is not for training.
    case other
    /// Nothing speaks against them.
    case plain
    /// They are called so.
    case train

    static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  init?(_ entry: Inspection.Entry) {
    guard let count = entry.exampleCount, let shape = entry.exampleShape else { return nil }
    (name, self.count, self.shape) = (ObjectName(entry.path), count, shape)
    size = shape.reduce(Double(count)) { $0 * Double($1) }
    let words = name.words
    likelihood =
      if shape.allSatisfy({ $0 == 1 }) || !words.isDisjoint(with: Self.descriptions) {
        .description
      } else if let split = name.split {
        split == .train ? .train : .other
      } else {
        words.contains("layers")
          ? .layer : words.contains("raw") ? .raw : words.contains("obsm") ? .reduced : .plain
      }
  }

  /// Labels, and the annotations of AnnData, loom and MATLAB.
  private static let descriptions: Set<String> = [
    "label", "labels", "target", "targets", "class", "classes", "y", "id", "ids", "index",
    "indices",
    "idx", "barcode", "barcodes", "names", "factors", "latents", "mask", "masks", "metadata", "obs",
    "var", "uns",
    "obsp", "varp", "varm", "col_attrs", "row_attrs", "col_graphs", "row_graphs", "#refs#",
    "#subsystem#",
  ]
}

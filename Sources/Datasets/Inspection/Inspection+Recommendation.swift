/// What a person would train on, of all that could be.
extension Inspection {
  /// The keys that name the datasets: the largest that fits, and its companions; empty where nothing
  /// fits.
  var recommendation: [String: String] {
    let fitting = entries.filter { $0.exampleShape != nil }.map { Candidate($0) }
    let likely = fitting.filter { $0.likelihood > 0 }
    guard
      let train = likely.enumerated().max(by: { a, b in
        (a.element.likelihood, a.element.size, -a.offset)
          < (b.element.likelihood, b.element.size, -b.offset)
      })?.element
    else { return [:] }
    var section = ["file": file, "train": train.entry.name]
    for (key, mark) in [("test", "test"), ("validation", "val")] {
      let other = likely.first {
        $0.entry.path != train.entry.path && $0.entry.exampleShape == train.entry.exampleShape
          && $0.words.contains { $0.contains(mark) }
      }
      if let other { section[key] = other.entry.name }
    }
    return section
  }

  /// Notes at the datasets of programs whose axes are not those of the examples that are meant.
  mutating func noteOrigins() {
    let groups = Set(entries.filter { $0.kind != "dataset" }.map(\.name))
    let isLoom = groups.isSuperset(of: ["col_attrs", "row_attrs"])
    for index in entries.indices where entries[index].exampleShape != nil {
      if isLoom, entries[index].name == "matrix" {
        entries[index].note =
          "A loom file has a gene in each row and a cell in each column. To train on cells, write the "
          + "transpose: file['cells'] = file['matrix'][:].T"
      } else if entries[index].attributes["MATLAB_class"] != nil {
        entries[index].note =
          "MATLAB writes its axes in reverse: this was \(Array((entries[index].shape ?? []).reversed())) there. "
          + "Where examples were its rows, save the transpose."
      }
    }
  }
}

extension Inspection.Entry {
  /// Path without its leading slashes, as a configuration names it.
  fileprivate var name: String { String(path.drop { $0 == "/" }) }
}

/// A dataset that training takes.
private struct Candidate {
  let entry: Inspection.Entry
  /// The words of its path, in lower case, and the names they are parts of.
  let words: Set<String>
  /// Elements of all examples; their product may exceed an integer where they are sparse.
  let size: Double
  /// How likely these are the examples that are meant: 3 where they are called so, 2 where nothing
  /// speaks against them, 1 for another form of them; 0 for what describes examples: labels and
  /// numbers of one column, and what the usual formats keep beside their matrix.
  let likelihood: Int

  init(_ entry: Inspection.Entry) {
    self.entry = entry
    size = (entry.shape ?? []).reduce(1) { $0 * Double($1) }
    // The first names and the last: a path may be as long as the file likes.
    let path = entry.name.utf8
    let ends = [path.prefix(200), path.suffix(100)].map { String(decoding: $0, as: UTF8.self) }
    let names = (path.count <= 200 ? [ends[0]] : ends)
      .flatMap { $0.lowercased().split(separator: "/").map(String.init) }
    words = Set(
      names + names.flatMap { $0.split { !$0.isLetter && !$0.isNumber }.map(String.init) })
    likelihood =
      if (entry.exampleShape ?? []).reduce(1, *) <= 1 || !words.isDisjoint(with: Self.descriptions)
      {
        0
      } else if words.contains(where: { $0.hasPrefix("train") }) {
        3
      } else {
        words.isDisjoint(with: Self.otherForms) ? 2 : 1
      }
  }

  /// Labels, and the annotations of AnnData, loom and MATLAB.
  private static let descriptions: Set<String> = [
    "label", "labels", "target", "targets", "class", "classes", "y", "id", "ids", "index",
    "indices",
    "idx", "barcode", "barcodes", "names", "factors", "mask", "masks", "metadata", "obs", "var",
    "uns",
    "obsp", "varp", "varm", "col_attrs", "row_attrs", "col_graphs", "row_graphs", "#refs#",
    "#subsystem#",
  ]

  /// Where AnnData and loom keep the same examples before or after some treatment.
  private static let otherForms: Set<String> = ["raw", "layers", "obsm"]
}

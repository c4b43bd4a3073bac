/// What a person would train on, of all that could be.
extension Inspection {
  /// The keys that name the datasets: the largest that fits, and its companions; empty where nothing
  /// fits.
  var recommendation: [String: String] {
    let fitting = entries.filter { $0.likelihood != nil }
    guard
      let train = fitting.enumerated().max(by: { lesser, greater in
        let ranks = [lesser, greater].map { ($0.element.likelihood ?? 0, $0.element.size, -$0.offset) }
        return ranks[0] < ranks[1]
      })?.element
    else { return [:] }
    var section = ["file": file, "train": train.name]
    for (key, mark) in [("test", "test"), ("validation", "val")] {
      let other = fitting.first {
        $0.path != train.path && $0.exampleShape == train.exampleShape
          && $0.path.lowercased().contains(mark)
      }
      if let other { section[key] = other.name }
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
          "MATLAB writes its axes in reverse: this was \((entries[index].shape ?? []).reversed()) there. "
          + "Where examples were its rows, save the transpose."
      }
    }
  }
}

extension Inspection.Entry {
  /// Path without its leading slashes, as a configuration names it.
  fileprivate var name: String { String(path.drop { $0 == "/" }) }

  /// Elements of all examples; their product may exceed an integer where they are sparse.
  fileprivate var size: Double { (shape ?? []).reduce(1) { $0 * Double($1) } }

  /// How likely these are the examples that are meant: 3 where they are called so, 2 where nothing
  /// speaks against them, 1 for another form of them; nil for what describes examples: labels and
  /// numbers of one column, and what the usual formats keep beside their matrix.
  fileprivate var likelihood: Int? {
    guard let exampleShape, exampleShape.reduce(1, *) > 1 else { return nil }
    let names = name.lowercased().split(separator: "/").map(String.init)
    let words = Set(
      names.flatMap { [$0] + $0.split { !$0.isLetter && !$0.isNumber }.map(String.init) })
    if !words.isDisjoint(with: Self.descriptions) { return nil }
    if words.contains(where: { $0.hasPrefix("train") }) { return 3 }
    return words.isDisjoint(with: Self.otherForms) ? 2 : 1
  }

  /// Labels, and the annotations of AnnData, loom and MATLAB.
  private static let descriptions: Set<String> = [
    "label", "labels", "target", "targets", "class", "classes", "y", "id", "ids", "index", "indices",
    "idx", "barcode", "barcodes", "names", "factors", "mask", "masks", "metadata", "obs", "var", "uns",
    "obsp", "varp", "varm", "col_attrs", "row_attrs", "col_graphs", "row_graphs", "#refs#",
    "#subsystem#",
  ]

  /// Where AnnData and loom keep the same examples before or after some treatment.
  private static let otherForms: Set<String> = ["raw", "layers", "obsm"]
}

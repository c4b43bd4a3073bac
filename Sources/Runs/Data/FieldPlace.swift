internal import Configuration
public import Datasets
internal import Examples

/// Where a field of the examples beside their data is, and what it is to be.
public struct FieldPlace: Sendable, Hashable {
  /// The field's name.
  public var name: String
  /// The dataset that holds it, of the training examples.
  public var dataset: String
  /// What it is to be.
  public var kind: FieldKind

  /// A place.
  public init(name: String, dataset: String, kind: FieldKind = .any) {
    (self.name, self.dataset, self.kind) = (name, dataset, kind)
  }
}

/// A dataset of examples, and where their fields are.
struct ExamplePlace: Hashable {
  /// Holds the data.
  var dataset: String
  /// The fields beside them.
  var fields: [FieldPlace]

  /// All datasets that are opened for them, each once.
  var datasets: [String] {
    var names: [String] = []
    let read = ([dataset] + fields.map(\.dataset)).flatMap {
      [$0] + DatasetReader.companions(of: $0)
    }
    for name in read where !names.contains(name) { names.append(name) }
    return names
  }
}

extension DataConfiguration {
  /// The examples to train on.
  var training: ExamplePlace { ExamplePlace(dataset: train, fields: fields) }

  /// Examples of another dataset, with the same fields.
  ///
  /// - Parameter named: where fields are, by their names; the others are where theirs are beside `train`, in the
  ///   other dataset's folder.
  /// - Returns: nil for a field whose place nothing tells, with its name.
  func place(
    of dataset: String, named: [String: String] = [:]
  ) -> (place: ExamplePlace?, unknown: FieldPlace?) {
    let (home, away) = (Self.folder(of: train), Self.folder(of: dataset))
    var found: [FieldPlace] = []
    for var field in fields {
      if let given = named[field.name] {
        field.dataset = given
      } else if dataset != train {
        guard home != away, Self.folder(of: field.dataset).hasPrefix(home) else {
          return (nil, field)
        }
        field.dataset = away + field.dataset.dropFirst(home.count)
      }
      found.append(field)
    }
    return (ExamplePlace(dataset: dataset, fields: found), nil)
  }

  /// `train/` of `train/images`, nothing of `images`.
  private static func folder(of dataset: String) -> String {
    dataset.lastIndex(of: "/").map { String(dataset[...$0]) } ?? ""
  }
}

extension ObjectReader {
  /// Reads `labels`, a dataset, and `fields`, an object of datasets by the fields' names.
  mutating func fieldPlaces() throws(ConfigurationError) -> [FieldPlace] {
    var places: [FieldPlace] = []
    if let labels = try optionalString(
      "labels", "A dataset, the field `label` of `train`'s examples: short for `fields.label`.")
    {
      places.append(FieldPlace(name: Field.label, dataset: labels))
    }
    let fields = try optionalMap(
      "fields", expected: "a dataset's name, or { \"dataset\": …, \"as\": … }",
      "Further arrays of `train`'s examples by their names: a letter, then up to 39 letters, digits and "
        + "`_`; not `x` and `z`, which are the data and the latents.",
      string: { FieldPlace(name: "", dataset: $0) }
    ) { (reader) throws(ConfigurationError) in
      let dataset = try reader.string("dataset", "A dataset.")
      let kind = try reader.string(
        "as", default: FieldKind.any.rawValue,
        among: FieldKind.allCases.filter { $0 != .data }.map(\.rawValue),
        "`any`: one integer or text for each example is a class, everything else is numbers.")
      return FieldPlace(name: "", dataset: dataset, kind: FieldKind(rawValue: kind) ?? .any)
    }
    for (name, place, node) in fields ?? [] {
      try requireFieldName(name, at: node, beside: places.map(\.name))
      places.append(FieldPlace(name: name, dataset: place.dataset, kind: place.kind))
    }
    return places
  }

  /// Reads the same of another dataset's examples: where fields are that have a place already.
  mutating func fieldDatasets(of known: [FieldPlace]) throws(ConfigurationError) -> [String: String]
  {
    var named: [String: String] = [:]
    if let labels = try optionalString(
      "labels", recordsNull: false, "Its field `label`: short for `fields.label`.")
    {
      named[Field.label] = labels
    }
    let fields = try optionalMap(
      "fields", recordsNull: false, "Its fields, datasets by their names.")
    for (name, dataset, node) in fields ?? [] {
      guard named[name] == nil else { throw node.error(twice: name) }
      named[name] = dataset
    }
    for name in named.keys.sorted() where !known.contains(where: { $0.name == name }) {
      throw self.node.error(
        expected: "fields that the training examples have", found: "\"\(name)\"",
        remedy: name == Field.label
          ? "Name the training examples' own at data.labels."
          : "Name the training examples' own at data.fields.\(name).")
    }
    return named
  }

  private func requireFieldName(
    _ name: String, at node: JSONNode, beside others: [String]
  ) throws(ConfigurationError) {
    if others.contains(name) { throw node.error(twice: name) }
    let isPlain = name.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
    }
    guard isPlain, (1...40).contains(name.utf8.count), name.first?.isLetter == true,
      ![Field.data, "z"].contains(name)
    else {
      throw node.error(
        expected:
          "a field's name: a letter, then up to 39 letters, digits and '_', other than x and z, "
          + "which are the data and the latents", found: "\"\(name)\"", remedy: "Call it otherwise."
      )
    }
  }
}

extension JSONNode {
  fileprivate func error(twice name: String) -> ConfigurationError {
    error(
      expected: "one place of each field", found: "\"\(name)\" twice",
      remedy: "labels is short for fields.label: keep one of them.")
  }
}

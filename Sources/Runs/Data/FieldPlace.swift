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

  /// All datasets, each once.
  var datasets: [String] {
    var names: [String] = []
    for name in [dataset] + fields.map(\.dataset) where !names.contains(name) {
      names.append(name)
    }
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
    if let labels = try optionalString("labels") {
      places.append(FieldPlace(name: Field.label, dataset: labels))
    }
    guard let node = optionalNode("fields") else { return places }
    for member in try node.members() {
      try requireFieldName(member.key, at: member.value, beside: places.map(\.name))
      if case .string(let dataset) = member.value.content {
        places.append(FieldPlace(name: member.key, dataset: dataset))
        continue
      }
      guard case .object = member.value.content else {
        throw member.value.error(
          .wrongType, expected: "a dataset's name, or { \"dataset\": …, \"as\": … }")
      }
      var options = try ObjectReader(member.value)
      let dataset = try options.string("dataset")
      let kind = try options.string(
        "as", default: FieldKind.any.rawValue,
        among: FieldKind.allCases.filter { $0 != .data }.map(\.rawValue))
      _ = try options.finish()
      places.append(
        FieldPlace(name: member.key, dataset: dataset, kind: FieldKind(rawValue: kind) ?? .any))
    }
    return places
  }

  /// Reads the same of another dataset's examples: where fields are that have a place already.
  mutating func fieldDatasets(of known: [FieldPlace]) throws(ConfigurationError) -> [String: String]
  {
    var named: [String: String] = [:]
    if let labels = try optionalString("labels") { named[Field.label] = labels }
    if let node = optionalNode("fields") {
      for member in try node.members() {
        guard named[member.key] == nil else { throw member.value.error(twice: member.key) }
        named[member.key] = try member.value.string()
      }
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

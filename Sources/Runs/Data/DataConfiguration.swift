public import Configuration
public import Datasets
public import Measuring

/// The section `data` of a configuration: where examples come from and how they are split.
public struct DataConfiguration: Sendable {
  /// Which examples a split holds.
  public enum Split: Sendable, Hashable {
    /// A dataset of the file, and where fields of its examples are; of those that are not named, beside it as
    /// they are beside the training examples.
    case dataset(String, fields: [String: String] = [:])
    /// A share of the training dataset, chosen by the seed.
    case fraction(Double)
  }

  /// The HDF5 file, relative to the working folder.
  public var file: String
  /// Examples that `source` draws where the file does not exist; nil for a file that must exist.
  public var generatedCount: Int?
  /// Dataset that training and fractions take examples from.
  public var train: String
  /// What early stopping looks at; nil for nothing.
  public var validation: Split?
  /// What the final evaluation looks at; nil for nothing.
  public var test: Split?
  /// Fields of the examples beside their data, in the order in which they are named.
  public var fields: [FieldPlace]
  /// Order of an image's axes in the file.
  public var layout: ImageLayout
  /// What stored numbers are multiplied by; nil for the file's own word or the default.
  public var scale: Double?
  /// What becomes of chunks that the file does not hold.
  public var missingChunks: MissingChunkRule
  /// What `bench` trains on; nil for uniform numbers.
  public var synthetic: SyntheticRows?
  /// The section with all defaults filled in.
  public var resolved: JSONNode

  /// All datasets of the file that training opens.
  var datasets: [String] {
    var names = training.datasets
    for case .dataset(let dataset, let named)? in [validation, test] {
      let others = place(of: dataset, named: named).place?.datasets ?? [dataset]
      names += others.filter { !names.contains($0) }
    }
    return names
  }

  /// Reads the section.
  ///
  /// - Throws: `ConfigurationError` at the key that is wrong.
  public init(reading node: JSONNode) throws(ConfigurationError) {
    var reader = try ObjectReader(node)
    let isGenerated = node["source"] != nil
    try reader.allow(
      only: [
        "source", "file", "train", "validation", "test", "labels", "fields", "layout", "scale",
        "missingChunks", "synthetic",
      ] + (isGenerated ? ["size"] : []))
    fields = try reader.fieldPlaces()
    if isGenerated {
      _ = try reader.string("source", among: ["sprites"])
      generatedCount = try reader.integer(
        "size", default: SpritesGrid.standardSize, in: 1...SpritesGrid.largestSize)
      file = try reader.string("file", default: "data/sprites.h5")
      train = try reader.string("train", default: "images")
      validation = try Self.split("validation", in: &reader, fields, default: .fraction(0.05))
      test = try Self.split("test", in: &reader, fields, default: .fraction(0.05))
    } else {
      file = try reader.string("file")
      train = try reader.string("train", default: "train/images")
      validation = try Self.split("validation", in: &reader, fields, default: nil)
      test = try Self.split("test", in: &reader, fields, default: nil)
    }
    let name = try reader.string(
      "layout", default: "auto", among: ["auto", "channelsLast", "channelsFirst"])
    layout =
      switch name {
      case "channelsLast": .channelsLast
      case "channelsFirst": .channelsFirst
      default: .auto
      }
    scale = try reader.optionalNumber("scale", above: 0)
    let rule = try reader.string(
      "missingChunks", default: "refuse", among: MissingChunkRule.allCases.map(\.rawValue))
    missingChunks = MissingChunkRule(rawValue: rule) ?? .refuse
    synthetic = try reader.optionalObject("synthetic") {
      (options: inout ObjectReader) throws(ConfigurationError) in
      try SyntheticRows(reading: &options)
    }
    try Self.require(validation, test, in: reader)
    resolved = try reader.finish()
    try requireFields(in: reader)
  }

  private static func split(
    _ key: String, in reader: inout ObjectReader, _ fields: [FieldPlace], default fallback: Split?
  ) throws(ConfigurationError) -> Split? {
    guard let node = reader.optionalNode(key) else {
      if reader.node[key] != nil { return nil }  // null: none is wanted
      if case .fraction(let fraction)? = fallback {
        reader.resolve(key, as: .object([("fraction", .number(fraction))]))
      }
      return fallback
    }
    switch node.content {
    case .string(let name): return .dataset(name)
    case .object:
      var options = try ObjectReader(node)
      let split: Split
      if node["dataset"] == nil {
        split = .fraction(try options.number("fraction", above: 0, below: 1))
      } else {
        let dataset = try options.string("dataset")
        split = .dataset(dataset, fields: try options.fieldDatasets(of: fields))
      }
      _ = try options.finish()
      return split
    case .null, .bool, .number, .array:
      throw node.error(
        .wrongType, expected: "a dataset's name, { \"fraction\": 0.1 } or null")
    }
  }

  /// Throws where nothing tells where a field of other examples than the training ones is.
  private func requireFields(in reader: ObjectReader) throws(ConfigurationError) {
    for (key, split) in [("validation", validation), ("test", test)] {
      guard case .dataset(let dataset, let named)? = split,
        let field = place(of: dataset, named: named).unknown
      else { continue }
      throw reader.error(
        key, expected: "a place of the field \(field.name) of these examples", found: "none",
        remedy:
          "Write { \"dataset\": \"\(dataset)\", \"fields\": { \"\(field.name)\": \"…\" } }; without that, a "
          + "field is looked for only where the dataset lies in another folder than data.train.")
    }
  }

  private static func require(
    _ validation: Split?, _ test: Split?, in reader: ObjectReader
  ) throws(ConfigurationError) {
    var total = 0.0
    for case .fraction(let fraction)? in [validation, test] { total += fraction }
    guard total >= 1 else { return }
    throw reader.error(
      "validation", expected: "fractions that leave training examples",
      found: "\(total) for validation and test together", remedy: "Lower the fractions.")
  }
}

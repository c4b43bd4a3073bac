public import Configuration
public import Datasets
internal import Examples
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
  /// Dataset that training and fractions take examples from; where it is sought, the name that files made by this
  /// program have for it.
  public var train: String
  /// Keys that nobody gave and that a look at the file fills in (`settled`); empty where `train` is given.
  var sought: Set<String> = []
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
  /// Bytes of memory that examples may take; nil for half of what is free.
  public var memory: Int?
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
    self = try node.object(read: DataConfiguration.init(reading:)).value
  }

  /// Reads, or describes, the section.
  ///
  /// - Throws: `ConfigurationError` at the key that is wrong.
  public init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    _ = try reader.optionalString(
      "source", among: ["sprites"], recordsNull: false,
      "A built-in set, drawn into `file` where this does not exist.")
    generatedCount = try reader.only(with: "source") { (reader) throws(ConfigurationError) in
      try reader.integer(
        "size", default: SpritesGrid.standardSize, in: 1...SpritesGrid.largestSize,
        "About how many examples are drawn; the nearest full grid.")
    }
    // Its content is compared by `RunData.digest`.
    file = try reader.string(
      "file", given: ("source", "data/sprites.h5"), onChange: .nothing,
      "An HDF5 file, relative to the working folder; a run remembers [which](files.md#paths).")
    let named = try reader.optionalString(
      "train", given: ("source", "images"),
      "What is learnt from: a dataset, or a [sparse matrix](files.md#sparse-rows); null: what the file "
        + "[has](files.md#the-file-alone), and so `labels`, `validation` and `test` where these are not given."
    )
    train = named ?? "train/images"
    fields = try reader.fieldPlaces()
    validation = try reader.split(
      "validation", fields,
      "What early stopping and the best checkpoint look at: a dataset, or a share of `train`.")
    test = try reader.split("test", fields, "What `vae-dp evaluate` looks at: as `validation`.")
    layout = try reader.word(
      "layout", default: ImageLayout.auto,
      "Order of the axes of images with four; see [files](files.md#data).")
    scale = try reader.optionalNumber(
      "scale", above: 0,
      "What stored values are multiplied by; null: the file's word, or the default.")
    missingChunks = try reader.word(
      "missingChunks", default: MissingChunkRule.refuse,
      "What becomes of chunks that the file does not hold: the dataset is refused, or they are read as "
        + "its fill value; see [files](files.md#chunks-that-are-not-there).")
    memory = try reader.byteCount(
      "memory", onChange: .nothing,
      "What examples may take of memory; those that need more are read anew in every epoch and mixed "
        + "within [a window](files.md#more-data-than-memory) that moves through the file. null: half of what is free."
    )
    synthetic = try reader.optionalObject(
      "synthetic", onChange: .nothing,
      "What `vae-dp bench` trains on; null: uniform numbers. Nothing else reads it.",
      read: SyntheticRows.init(reading:))
    try Self.require(validation, test, in: reader)
    resolved = reader.resolved
    if named == nil { sought = keysSought(in: reader.node) }
    try requireFields(in: reader)
  }

  /// The keys that are filled in where the training data are not named.
  private func keysSought(in node: JSONNode) -> Set<String> {
    let hasLabels = fields.contains { $0.name == Field.label }
    return Set(
      Self.soughtKeys.filter { key in
        key == "train" || (node[key] == nil && !(key == "labels" && hasLabels))
      })
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

extension ObjectReader {
  /// Reads a dataset's name or a fraction; there is none by default, and a twentieth of a built-in set.
  fileprivate mutating func split(
    _ key: String, _ fields: [FieldPlace], _ meaning: String
  ) throws(ConfigurationError) -> DataConfiguration.Split? {
    try optionalStringOrObject(
      key, given: ("source", .fraction(0.05)),
      expected: "a dataset's name, { \"fraction\": 0.1 } or null",
      record: \.node, meaning, string: { .dataset($0) }
    ) { (reader) throws(ConfigurationError) in
      let dataset = try reader.optionalString(
        "dataset", recordsNull: false, "A dataset whose fields are not where those of `train` lie.")
      let named = try reader.only(with: "dataset") { (reader) throws(ConfigurationError) in
        try reader.fieldDatasets(of: fields)
      }
      let fraction = try reader.unless("dataset") { (reader) throws(ConfigurationError) in
        try reader.number(
          "fraction", above: 0, below: 1, "Share of the examples of `train`, chosen by the seed.")
      }
      if let dataset { return .dataset(dataset, fields: named ?? [:]) }
      guard let fraction else { preconditionFailure("\(key): neither a dataset nor a fraction") }
      return .fraction(fraction)
    }
  }
}

extension DataConfiguration.Split {
  /// As configurations say it.
  var node: JSONNode {
    switch self {
    case .dataset(let name, let fields) where fields.isEmpty: .string(name)
    case .dataset(let name, let fields):
      .object([
        ("dataset", .string(name)),
        (
          "fields",
          .object(fields.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
        ),
      ])
    case .fraction(let fraction): .object([("fraction", .number(fraction))])
    }
  }
}

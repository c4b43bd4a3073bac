internal import Configuration
internal import HDF5

/// What may be said of every file that is rewritten.
struct ContentOptions: Sendable {
  /// The examples; nil to find them.
  var examples: String?
  /// What is copied whole although it has as many rows as there are examples.
  var whole: Set<String>
  /// What is not copied.
  var without: Set<String>

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    examples = try reader.optionalString(
      "examples",
      "The dataset, or the matrix in CSR form, whose rows are the examples; without it x, images or data, else the largest."
    )
    whole = try Self.names(
      &reader, "whole",
      "What is copied whole although it has as many rows as there are examples: names with commas between them."
    )
    without = try Self.names(
      &reader, "without", "What is left out: names with commas between them.")
  }

  private static func names(
    _ reader: inout ObjectReader, _ key: String, _ meaning: String
  ) throws(ConfigurationError) -> Set<String> {
    let text = try reader.optionalString(key, meaning) ?? ""
    return Set(text.split(separator: ",").map { Self.name($0.drop { $0 == " " }) })
  }

  private static func name(_ text: Substring) -> String { String(text.drop { $0 == "/" }) }
}

/// How datasets are stored; what is nil is as it was.
struct StorageOptions: Sendable {
  var chunks = ChunkSize.usual
  /// gzip level, 0 for none.
  var deflate: Int?
  var type: ElementType?

  /// The level for a dataset.
  func level(for info: DatasetInfo) -> Int? {
    let level = deflate ?? (info.filters.contains("deflate") ? 4 : 0)
    return level == 0 ? nil : level
  }
}

/// Reads options that were given as `key=value`.
func read<T>(
  _ options: [String], _ read: (inout ObjectReader) throws(ConfigurationError) -> T
) throws(ConfigurationError) -> T {
  var node = JSONNode.object([])
  for option in options { node = try node.applying(override: option) }
  return try node.object(read: read).value
}

/// Options for a reader, a line each.
func guide<T>(_ read: (inout ObjectReader) throws(ConfigurationError) -> T) -> String {
  ObjectDescription(of: read).keys
    .map { "  \($0.name)=\($0.defaultText)  (\($0.valueText)) \($0.meaning)" }
    .joined(separator: "\n")
}

internal import Configuration

/// What a user may say about a table.
struct TableOptions: Sendable {
  enum Header: String, CaseIterable { case auto, yes, no }
  enum Missing: String, CaseIterable { case refuse, drop, mask }
  enum Categories: String, CaseIterable { case fields, onehot }
  enum Dates: String, CaseIterable { case days, seconds }

  let delimiter: UInt8?
  let header: Header
  let point: UInt8
  let columns: [String]
  let excluded: [String]
  let labels: String?
  let categorical: [String]
  let categories: Categories
  let categoryLimit: Int
  let missing: Missing
  let missingTexts: MissingTexts
  let dates: Dates
  /// Seconds from 1970.
  let origin: Double

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    delimiter = try Self.delimiter(&reader)
    header = try reader.word(
      "header", default: .auto,
      "Whether the first line holds names. auto: where none of its fields is a number, or they are 0, 1, 2, …"
    )
    let decimal = try reader.string(
      "decimal", default: ".", among: [".", ","], "What parts whole digits from the others.")
    point = decimal == "," ? UInt8(ascii: ",") : UInt8(ascii: ".")
    columns = try reader.strings(
      "columns", default: [], "Columns to take, by name; none for all that can be taken.")
    excluded = try reader.strings("exclude", default: [], "Columns to leave out.")
    labels = try reader.optionalString(
      "labels", "The column of the labels: classes, or numbers with a fraction.")
    categorical = try reader.strings(
      "categorical", default: [], "Columns of numbers that are categories.")
    categories = try reader.word(
      "categories", default: .fields,
      "fields: a categorical column is a field of classes under its name. onehot: and in x, a column for each category."
    )
    categoryLimit = try reader.integer(
      "categoryLimit", default: 1000, in: 1...ImportLimits.classes,
      "Different texts that a categorical column has at most.")
    missing = try reader.word(
      "missing", default: .refuse,
      "What becomes of rows with missing numbers: refused, left out, or 0 in x and in the field mask."
    )
    missingTexts = MissingTexts(
      others: try reader.strings(
        "missingTexts", default: [],
        "What stands for a missing value beside nothing, ?, NA, N/A, #N/A, <NA>, NaN, null and None in any case."
      ))
    dates = try reader.word("dates", default: .days, "What dates and times are counted in.")
    origin = try Self.origin(&reader)
  }

  private static func delimiter(
    _ reader: inout ObjectReader
  ) throws(ConfigurationError) -> UInt8? {
    let text = try reader.string(
      "delimiter", default: "auto", "The character between fields, or tab; auto: found out.")
    if text == "auto" { return nil }
    if text == "tab" { return 9 }
    guard text.utf8.count == 1, let byte = text.utf8.first, ![10, 13, 34].contains(byte) else {
      throw reader.error(
        "delimiter", expected: #"tab, or one character such as "," or ";""#)
    }
    return byte
  }

  private static func origin(_ reader: inout ObjectReader) throws(ConfigurationError) -> Double {
    let bytes = Array(
      try reader.string("dateOrigin", default: "1970-01-01", "The date that is 0.").utf8)
    guard let seconds = TableDate.seconds(bytes.span, 0..<bytes.count) else {
      throw reader.error("dateOrigin", expected: "a date such as 2020-12-31")
    }
    return seconds
  }
}

/// What stands for a value that is not there.
struct MissingTexts: Sendable {
  private let words: [[UInt8]]
  private let isFirst: [Bool]

  init(others: [String]) {
    let usual = ["?", "na", "n/a", "#n/a", "<na>", "nan", "null", "none"]
    words = (usual + others.map { $0.lowercased() }).map { Array($0.utf8) }.filter { !$0.isEmpty }
    let first = Set(words.map { $0[0] })
    isFirst = (0...255).map { byte in
      first.contains(byte) || 65...90 ~= byte && first.contains(byte | 32)
    }
  }

  func contain(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard let first = range.first else { return true }
    return isFirst[Int(text[first])] && words.contains { text.isWord(range, $0) }
  }
}

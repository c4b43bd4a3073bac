/// A column whose texts are classes.
struct TableCategory: Sendable {
  /// The dataset of the classes.
  let field: String
  /// Classes, in the order of their numbers, or else of their characters; the missing values' last.
  let names: [String]
  /// The class of missing values.
  let missing: Int32?
  /// Where its columns of `x` begin, and how many there are.
  var firstColumn = 0
  var columnCount = 0
  private let texts: TextTable
  /// The class of each text.
  private let classes: [Int32]

  /// - Throws: `ImportError` for a text that is not UTF-8.
  init(
    _ texts: TextTable, hasMissing: Bool, field: String, _ column: String, _ source: ImportSource
  ) throws(ImportError) {
    var entries: [(name: String, number: Double?, place: Int)] = []
    for place in 0..<texts.count {
      let bytes = Array(texts[place])
      guard let name = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
        throw source.notUTF8("column '\(column)'", of: bytes)
      }
      entries.append((name, DecimalNumber.value(bytes.span, 0..<bytes.count), place))
    }
    let areNumbers = entries.allSatisfy { $0.number != nil }
    entries.sort { a, b in
      if areNumbers, let a = a.number, let b = b.number, a != b { return a < b }
      return a.name < b.name
    }
    var classes = [Int32](repeating: 0, count: entries.count)
    for (i, entry) in entries.enumerated() { classes[entry.place] = Int32(i) }
    (self.texts, self.classes, self.field) = (texts, classes, field)
    names = entries.map(\.name) + (hasMissing ? ["(missing)"] : [])
    missing = hasMissing ? Int32(entries.count) : nil
  }

  /// The class of a text.
  func classOf(_ text: Span<UInt8>, _ range: Range<Int>) -> Int32? {
    texts.number(of: text, range).map { classes[Int($0)] }
  }
}

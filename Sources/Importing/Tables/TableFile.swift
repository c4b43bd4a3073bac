/// A table in text: how its records are told apart, and what its columns are called.
struct TableFile: Sendable {
  let source: ImportSource
  let scanner: RecordScanner
  let hasHeader: Bool
  /// A name for each column; no two are equal.
  let names: [String]
  /// Whether the first column has no name: a list of row numbers, as pandas writes it.
  private(set) var hasUnnamedFirst = false

  /// Looks at the first lines.
  ///
  /// - Throws: `ImportError` for what is no text, holds no record, or has too many columns or names that are no UTF-8.
  init(_ source: ImportSource, _ options: TableOptions) throws {
    var blocks = TextBlocks(try ByteStream(source.path))
    let sample = try blocks.next()?.bytes ?? []
    scanner = RecordScanner(
      delimiter: options.delimiter ?? Self.delimiter(of: sample.span, options.point))
    self.source = source
    let text = sample.span
    guard let first = Self.records(of: text, scanner, atMost: 1).first else {
      throw source.problem(
        .empty, "at least one line", "none", "Check that this is the right file.")
    }
    guard first.count <= 1 << 18 else {
      throw source.problem(
        .unsupported, at: "line 1", "at most 262,144 columns", "\(first.count)",
        "Write it as an array of NumPy.")
    }
    hasHeader =
      switch options.header {
      case .auto: Self.isHeader(first, text, options)
      case .yes: true
      case .no: false
      }
    var (unique, names) = (UniqueNames(), [String]())
    for (i, field) in first.enumerated() {
      var name = ""
      if hasHeader {
        guard let text = String(validating: text.bytes(of: field), as: UTF8.self) else {
          throw source.notUTF8("line 1", of: text.bytes(of: field))
        }
        name = text
      }
      if name.isEmpty, hasHeader, i == 0, first.count > 1 { hasUnnamedFirst = true }
      names.append(
        unique.unique(name.isEmpty ? "column\(i + 1)" : String(name.prefix(200))))
    }
    self.names = names
  }

  /// What was found, for a user.
  var note: String {
    let byte = scanner.delimiter
    let mark = byte == 9 ? "tabs" : "'\(Character(Unicode.Scalar(byte)))'"
    let header =
      hasHeader
      ? "the first line holds names; header=no says it does not"
      : "the first line holds no names; header=yes says it does"
    return "\(names.count) columns, parted by \(mark); \(header)."
  }

  /// Calls `body` with each record of a block that has a field for each column.
  ///
  /// - Parameter problem: Told of the others; it says whether to go on.
  func forEachRecord(
    of block: TextBlock, problem: (ImportError) -> Bool,
    _ body: (_ text: Span<UInt8>, _ fields: [TableField], _ line: Int) -> Void
  ) {
    let text = block.bytes.span
    var (position, lines) = (0, 0)
    var fields: [TableField] = []
    var isHeader = hasHeader && block.firstLine == 1
    while position < text.count {
      let line = block.firstLine + lines
      let fault = scanner.scan(text, &position, lines: &lines, into: &fields)
      if fault == nil, fields.count == 1, fields[0].range.isEmpty, !fields[0].isQuoted { continue }
      if isHeader {
        isHeader = false
      } else if let found = self.problem(fault, fields.count, line) {
        guard problem(found) else { return }
      } else {
        body(text, fields, line)
      }
    }
  }

  private func problem(_ fault: RecordScanner.Fault?, _ count: Int, _ line: Int) -> ImportError? {
    let (expected, found) =
      switch fault {
      case .openQuote: ("a quote at the end of the field", "the end of the file")
      case .textBehindQuote: ("a '\(mark)' behind the quote of field \(count)", "other text")
      case nil: ("\(names.count) fields, as the first line has", "\(count)")
      }
    if fault == nil, count == names.count { return nil }
    return source.problem(
      .malformed, at: "line \(line)", expected, found,
      "Mend the line, leave such lines out with --skip-bad, or say delimiter=.")
  }

  private var mark: Character { Character(Unicode.Scalar(scanner.delimiter)) }
}

extension TableFile {
  /// The first records of a text that are not empty.
  private static func records(
    of text: Span<UInt8>, _ scanner: RecordScanner, atMost limit: Int
  ) -> [[TableField]] {
    var (position, lines, records) = (0, 0, [[TableField]]())
    var fields: [TableField] = []
    while position < text.count, records.count < limit {
      let fault = scanner.scan(text, &position, lines: &lines, into: &fields)
      if fault == nil, fields.count > 1 || !fields[0].range.isEmpty { records.append(fields) }
    }
    return records
  }

  /// The character that parts the most records into as many fields as the first: of several, the one that is rarer in text.
  private static func delimiter(of text: Span<UInt8>, _ point: UInt8) -> UInt8 {
    var best = (byte: UInt8(ascii: ","), agreeing: 0)
    for byte in "\t;|, ".utf8 where byte != point {
      let counts = records(of: text, RecordScanner(delimiter: byte), atMost: 100).map(\.count)
      guard let first = counts.first, first > 1 else { continue }
      let agreeing = counts.reduce(0) { $0 + ($1 == first ? 1 : 0) }
      if agreeing > best.agreeing { best = (byte, agreeing) }
    }
    return best.byte
  }

  /// Names are no numbers and no dates, or they are 0, 1, 2, …, as pandas counts columns.
  private static func isHeader(
    _ fields: [TableField], _ text: Span<UInt8>, _ options: TableOptions
  ) -> Bool {
    let isCounted =
      fields.count > 2 && fields.enumerated().allSatisfy { text.integer($1.range) == $0 }
    return isCounted
      || fields.allSatisfy { field in
        DecimalNumber.value(text, field.range, point: options.point) == nil
          && TableDate.seconds(text, field.range) == nil
      }
  }
}

extension ImportSource {
  /// An error about a text that is not UTF-8.
  func notUTF8(_ place: String, of bytes: [UInt8]) -> ImportError {
    let text = String(decoding: bytes.prefix(60), as: UTF8.self)
    return problem(
      .malformed, at: place, "text in UTF-8", "other bytes in '\(text)'",
      "Save it as UTF-8, or run: iconv -f LATIN1 -t UTF-8.")
  }
}

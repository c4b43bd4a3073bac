/// A field of a record: where its text stands, without quotes and the blanks around it.
struct TableField {
  var range: Range<Int>
  var isQuoted = false
  /// Whether a quote in it is written twice.
  var hasDoubledQuotes = false
}

/// Finds the fields of records.
///
/// - Source: RFC 4180, "Common Format and MIME Type for Comma-Separated Values (CSV) Files"; besides, blanks around fields
///   are left out, and a quote inside an unquoted field is a quote.
struct RecordScanner: Sendable {
  enum Fault {
    case openQuote
    case textBehindQuote
  }

  let delimiter: UInt8
  private let quote = UInt8(ascii: "\"")

  init(delimiter: UInt8) { self.delimiter = delimiter }

  /// Scans a record.
  ///
  /// - Parameters:
  ///   - position: Where it begins; then behind its line end.
  ///   - lines: Line ends so far.
  ///   - fields: Replaced by the record's.
  func scan(
    _ text: Span<UInt8>, _ position: inout Int, lines: inout Int, into fields: inout [TableField]
  ) -> Fault? {
    fields.removeAll(keepingCapacity: true)
    var fault: Fault?
    var i = position
    while true {
      while i < text.count, isBlank(text[i]) { i += 1 }
      if i < text.count, text[i] == quote {
        guard let field = quoted(text, &i, &lines) else {
          position = i
          return .openQuote
        }
        fields.append(field)
        while i < text.count, isBlank(text[i]) { i += 1 }
        if i < text.count, text[i] != delimiter, text[i] != 10 {
          fault = .textBehindQuote
          while i < text.count, text[i] != 10 { i += 1 }
        }
      } else {
        let start = i
        while i < text.count, text[i] != delimiter, text[i] != 10 { i += 1 }
        var end = i
        while end > start, isBlank(text[end - 1]) { end -= 1 }
        fields.append(TableField(range: start..<end))
      }
      guard i < text.count, text[i] == delimiter else { break }
      i += 1
    }
    if i < text.count {
      lines += 1
      i += 1
    }
    position = i
    return fault
  }

  /// A field behind its first quote; nil where the other is missing.
  private func quoted(_ text: Span<UInt8>, _ i: inout Int, _ lines: inout Int) -> TableField? {
    i += 1
    var field = TableField(range: i..<i, isQuoted: true)
    while i < text.count {
      if text[i] == quote {
        guard i + 1 < text.count, text[i + 1] == quote else {
          field.range = field.range.lowerBound..<i
          i += 1
          return field
        }
        field.hasDoubledQuotes = true
        i += 1
      }
      if text[i] == 10 { lines += 1 }
      i += 1
    }
    return nil
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    (byte == 32 || byte == 9 || byte == 13) && byte != delimiter
  }

  /// Where the last record ends that has a line end.
  func endOfLastRecord(_ bytes: [UInt8]) -> Int? {
    guard bytes.firstPlace(of: quote) != nil else { return bytes.endOfLastLine }
    let text = bytes.span
    var (position, lines, end) = (0, 0, Int?.none)
    var fields: [TableField] = []
    while position < text.count,
      scan(text, &position, lines: &lines, into: &fields) != .openQuote
    {
      if text[position - 1] == 10 { end = position }
    }
    return end
  }
}

extension Span<UInt8> {
  /// The bytes of a field.
  func bytes(of field: TableField) -> [UInt8] {
    var result: [UInt8] = []
    var isSecond = false
    for i in field.range {
      let byte = self[i]
      isSecond = field.hasDoubledQuotes && byte == UInt8(ascii: "\"") && !isSecond
      if !isSecond { result.append(byte) }
    }
    return result
  }
}

/// Cuts a line of a table into its fields.
struct FieldCutter {
  /// What stands between fields.
  enum Separator: String, CaseIterable, Sendable {
    case comma, semicolon, tab, colons, bar, space

    var bytes: [UInt8] {
      switch self {
      case .comma: [0x2C]
      case .semicolon: [0x3B]
      case .tab: [0x09]
      case .colons: [0x3A, 0x3A]
      case .bar: [0x7C]
      case .space: [0x20]
      }
    }

    /// The first of these that a line holds: `::`, tabulator, comma, semicolon, bar, space.
    static func found(in line: ArraySlice<UInt8>) -> Separator? {
      [.colons, .tab, .comma, .semicolon, .bar, .space].first { (separator: Separator) in
        let bytes = separator.bytes
        return line.indices.contains { line[$0...].starts(with: bytes) }
      }
    }
  }

  var separator: Separator

  /// The fields of a line; nil where a quotation does not end. Commas and semicolons may stand in quotation marks.
  func fields(of line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
    let mark = separator.bytes
    let mayQuote = [.comma, .semicolon, .tab].contains(separator) && line.contains(0x22)
    if mayQuote { return quotedFields(of: line, mark[0]) }
    var fields: [ArraySlice<UInt8>] = []
    var (first, place) = (line.startIndex, line.startIndex)
    while place < line.endIndex {
      if line[place] == mark[0], line[place...].starts(with: mark) {
        fields.append(line[first..<place])
        place += mark.count
        first = place
      } else {
        place += 1
      }
    }
    return fields + [line[first...]]
  }

  private func quotedFields(of line: ArraySlice<UInt8>, _ mark: UInt8) -> [ArraySlice<UInt8>]? {
    var fields: [ArraySlice<UInt8>] = []
    var (field, isQuoted): ([UInt8], Bool) = ([], false)
    var previous: UInt8 = mark
    for byte in line {
      switch byte {
      case 0x22 where isQuoted: isQuoted = false
      case 0x22 where previous == mark: isQuoted = true
      case 0x22 where previous == 0x22:  // Two of them within a quotation stand for one.
        field.append(byte)
        isQuoted = true
      case mark where !isQuoted:
        fields.append(field[...])
        field = []
      default: field.append(byte)
      }
      previous = byte
    }
    return isQuoted ? nil : fields + [field[...]]
  }
}

/// What has been seen of a column.
struct ColumnSurvey: Sendable {
  /// A value and its line.
  struct Sight {
    var line: Int
    var text: String
  }

  private(set) var numberCount = 0
  private(set) var dateCount = 0
  private(set) var otherCount = 0
  private(set) var missingCount = 0
  /// Whether all numbers are whole.
  private(set) var isWhole = true
  private(set) var largest = 0.0
  /// The first that is no number, and the first that is missing.
  private(set) var firstOther: Sight?
  private(set) var firstMissing: Sight?
  /// Different texts, as long as there are not too many.
  private(set) var texts: TextTable? = TextTable()

  var presentCount: Int { numberCount + dateCount + otherCount }
  /// Whether it is meant to hold numbers: nine of ten values are.
  var isMostlyNumbers: Bool { numberCount > 0 && 10 * numberCount >= 9 * presentCount }
  var isDates: Bool { dateCount > 0 && dateCount == presentCount }

  /// - Parameter collects: Whether different texts are looked at.
  init(collects: Bool) { if !collects { texts = nil } }

  mutating func add(
    _ text: Span<UInt8>, _ range: Range<Int>, line: Int, _ options: TableOptions
  ) {
    if options.missingTexts.contain(text, range) {
      missingCount += 1
      if firstMissing == nil { firstMissing = Sight(line: line, text: text.quoted(range)) }
      return
    }
    if let number = DecimalNumber.value(text, range, point: options.point) {
      numberCount += 1
      largest = max(largest, number.magnitude)
      isWhole = isWhole && number.rounded() == number
    } else {
      if firstOther == nil { firstOther = Sight(line: line, text: text.quoted(range)) }
      if TableDate.seconds(text, range) != nil { dateCount += 1 } else { otherCount += 1 }
    }
    texts?.insert(text, range)
    limit(options)
  }

  private mutating func limit(_ options: TableOptions) {
    if let table = texts, table.count > options.categoryLimit || table.byteCount > 1 << 22 {
      texts = nil
    }
  }

  /// Adds what was seen of later lines.
  mutating func add(_ later: ColumnSurvey, _ options: TableOptions) {
    numberCount += later.numberCount
    dateCount += later.dateCount
    otherCount += later.otherCount
    missingCount += later.missingCount
    isWhole = isWhole && later.isWhole
    largest = max(largest, later.largest)
    firstOther = firstOther ?? later.firstOther
    firstMissing = firstMissing ?? later.firstMissing
    guard let others = later.texts else { return texts = nil }
    for number in 0..<others.count where texts != nil {
      let text = Array(others[number])
      texts?.insert(text.span, 0..<text.count)
      limit(options)
    }
  }
}

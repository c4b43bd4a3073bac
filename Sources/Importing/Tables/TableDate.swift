/// Dates and times as ISO 8601 writes them.
package enum TableDate {
  /// Seconds from 1970-01-01 00:00 UTC of `YYYY-MM-DD`, with or without `Thh:mm[:ss[.fff]]` (or a space) and `Z` or `±hh[:mm]`; nil
  /// for other text. Without a zone it is UTC.
  package static func seconds(_ text: Span<UInt8>, _ range: Range<Int>) -> Double? {
    guard range.count >= 10, text[range.lowerBound + 4] == UInt8(ascii: "-") else { return nil }
    var i = range.lowerBound
    func number(_ count: Int) -> Int? {
      guard i + count <= range.upperBound, let value = text.integer(i..<i + count) else {
        return nil
      }
      i += count
      return value
    }
    func takes(_ mark: Unicode.Scalar) -> Bool {
      guard i < range.upperBound, text[i] == UInt8(ascii: mark) else { return false }
      i += 1
      return true
    }
    guard let year = number(4), takes("-"), let month = number(2), takes("-"), let day = number(2),
      let days = days(year, month, day)
    else { return nil }
    var seconds = Double(days) * 86_400
    if i == range.upperBound { return seconds }
    guard takes("T") || takes("t") || takes(" "), let hour = number(2), takes(":"),
      let minute = number(2), hour < 24, minute < 60
    else { return nil }
    seconds += Double(hour * 3600 + minute * 60)
    if takes(":") {
      guard let whole = number(2), whole <= 60 else { return nil }
      seconds += Double(whole)
      if takes(".") || takes(",") {
        let first = i
        while i < range.upperBound, 48...57 ~= text[i] { i += 1 }
        guard let part = DecimalNumber.value(text, first..<i), i - first <= 18 else { return nil }
        seconds += part / (0..<i - first).reduce(1.0) { size, _ in size * 10 }
      }
    }
    if i == range.upperBound || (takes("Z") || takes("z")) && i == range.upperBound {
      return seconds
    }
    let isWest = takes("-")
    guard isWest || takes("+"), let hours = number(2) else { return nil }
    var offset = hours * 60
    if i < range.upperBound {
      _ = takes(":")
      guard let minutes = number(2), minutes < 60 else { return nil }
      offset += minutes
    }
    guard i == range.upperBound, hours < 24 else { return nil }
    return seconds - Double((isWest ? -offset : offset) * 60)
  }

  /// Days from 1970-01-01 in the Gregorian calendar; nil for a day that is none.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int? {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard 1...12 ~= month, 1...lengths[month - 1] ~= day else { return nil }
    // Days before a year, of which the years before it have 365 each, and one more in a leap year.
    func daysBefore(_ year: Int) -> Int {
      let past = year + 399  // So that year 0 has a past, of whole 400 years.
      return 365 * past + past / 4 - past / 100 + past / 400
    }
    return daysBefore(year) - daysBefore(1970) + lengths[..<(month - 1)].reduce(0, +) + day - 1
  }
}

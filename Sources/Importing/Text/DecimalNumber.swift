/// Numbers in decimal digits.
package enum DecimalNumber {
  /// The double nearest to `[+-]digits[.digits][e[+-]digits]`; ±∞ for what is beyond them and for `inf`; nil for other text.
  ///
  /// - Parameter point: What parts whole digits from the others.
  /// - Numerics: Rounded once. Up to 19 digits with a power of ten within ±27 are reckoned here, the rest by the library.
  package static func value(
    _ text: Span<UInt8>, _ range: Range<Int>, point: UInt8 = UInt8(ascii: ".")
  ) -> Double? {
    var (i, end) = (range.lowerBound, range.upperBound)
    guard i < end else { return nil }
    let isNegative = text[i] == UInt8(ascii: "-")
    if isNegative || text[i] == UInt8(ascii: "+") { i += 1 }
    let first = i
    var digits = takeDigits(text, &i, end, after: 0)
    var (count, scale) = (i - first, 0)
    if i < end, text[i] == point {
      i += 1
      scale = i
      digits = takeDigits(text, &i, end, after: digits)
      scale -= i
      count -= scale
    }
    guard count > 0 else { return i == first ? infinity(text, first..<end, isNegative) : nil }
    if i < end, text[i] | 32 == UInt8(ascii: "e") {
      guard let exponent = exponent(text, i + 1..<end) else { return nil }
      scale += exponent
      i = end
    }
    guard i == end else { return nil }
    let isLong = count > 19 && count - zeroCount(text, first..<end, point) > 19
    guard !isLong, let size = exact(digits, scale) else {
      return byLibrary(text, range, point: point)
    }
    return isNegative ? -size : size
  }

  /// `digits` with those that follow, which 64 bits may not hold.
  private static func takeDigits(
    _ text: Span<UInt8>, _ i: inout Int, _ end: Int, after digits: UInt64
  ) -> UInt64 {
    var digits = digits
    while i < end {
      let digit = text[i] &- 48
      guard digit < 10 else { break }
      digits = digits &* 10 &+ UInt64(digit)
      i += 1
    }
    return digits
  }

  /// Zeros before all other digits.
  private static func zeroCount(_ text: Span<UInt8>, _ range: Range<Int>, _ point: UInt8) -> Int {
    var count = 0
    for i in range {
      if text[i] == UInt8(ascii: "0") { count += 1 } else if text[i] != point { break }
    }
    return count
  }

  /// An integer within ±100,000,000: beyond, it makes no difference.
  private static func exponent(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var (i, end) = (range.lowerBound, range.upperBound)
    guard i < end else { return nil }
    let isNegative = text[i] == UInt8(ascii: "-")
    if isNegative || text[i] == UInt8(ascii: "+") { i += 1 }
    guard i < end else { return nil }
    var result = 0
    while i < end {
      let digit = text[i] &- 48
      guard digit < 10 else { return nil }
      result = min(100_000_000, result * 10 + Int(digit))
      i += 1
    }
    return isNegative ? -result : result
  }

  private static func infinity(
    _ text: Span<UInt8>, _ range: Range<Int>, _ isNegative: Bool
  ) -> Double? {
    guard range.count == 3 || range.count == 8 else { return nil }
    let isWord = zip(range, "infinity".utf8).allSatisfy { text[$0] | 32 == $1 }
    return isWord ? (isNegative ? -.infinity : .infinity) : nil
  }

  /// Of a number whose form has been looked at.
  private static func byLibrary(_ text: Span<UInt8>, _ range: Range<Int>, point: UInt8) -> Double? {
    let bytes = range.map { text[$0] == point ? UInt8(ascii: ".") : text[$0] }
    return Double(String(decoding: bytes, as: UTF8.self))
  }

  /// `digits`·10^`scale`, rounded once; nil where the power of ten is too large to reckon with.
  static func exact(_ digits: UInt64, _ scale: Int) -> Double? {
    if digits == 0 { return 0 }
    if digits <= 1 << 53, abs(scale) <= 22 {  // Both are doubles without rounding.
      return scale < 0 ? Double(digits) / tens[-scale] : Double(digits) * tens[scale]
    }
    guard abs(scale) <= 27 else { return nil }
    return scale < 0 ? quotient(digits, -scale) : product(digits, scale)
  }

  /// `digits`/10^`power`: a quotient of at least 63 bits whose last bit tells whether there is a remainder, rounded to 53.
  private static func quotient(_ digits: UInt64, _ power: Int) -> Double {
    let (up, down) = (digits.leadingZeroBitCount, fives[power].leadingZeroBitCount)
    let (above, below) = (digits << up, fives[power] << down)
    // above/below is between 1/2 and 2, so 2⁶³ times as much fits 64 bits.
    let (quotient, remainder) = below.dividingFullWidth((above >> 1, above << 63))
    return Double(quotient | (remainder == 0 ? 0 : 1)) * powerOfTwo(down - up - 63 - power)
  }

  /// `digits`·10^`power`: the highest 64 bits of a product, whose last bit tells whether there are more, rounded to 53.
  private static func product(_ digits: UInt64, _ power: Int) -> Double {
    let (high, low) = digits.multipliedFullWidth(by: fives[power])
    guard high > 0 else { return Double(low) * powerOfTwo(power) }
    let up = high.leadingZeroBitCount
    let top = high << up | low >> (64 - up)
    return Double(top | (low << up == 0 ? 0 : 1)) * powerOfTwo(64 - up + power)
  }

  private static func powerOfTwo(_ exponent: Int) -> Double {
    Double(bitPattern: UInt64(1023 + exponent) << 52)
  }

  /// 5⁰…5²⁷, all that 64 bits hold.
  private static let fives = (0..<27).reduce(into: [UInt64(1)]) { list, i in
    list.append(list[i] * 5)
  }
  /// 10⁰…10²², all powers that are doubles.
  private static let tens = (0..<22).reduce(into: [1.0]) { list, i in list.append(list[i] * 10) }
}

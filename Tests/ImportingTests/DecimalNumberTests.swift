import Testing

import Importing

@Suite struct DecimalNumberTests {
  private func value(_ text: String, point: Character = ".") -> Double? {
    let bytes = Array(text.utf8)
    return DecimalNumber.value(bytes.span, 0..<bytes.count, point: point.asciiValue ?? 0)
  }

  @Test func numbersOfAnySizeAreThoseOfTheLibrary() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<300_000 {
      let number = Double(bitPattern: generator.next())
      guard number.isFinite else { continue }
      let near = Double.random(in: -1000...1000)
      #expect(value("\(number)") == number)
      #expect(value("\(near)") == near)
      // Digits that are not the shortest of any number.
      let digits = UInt64.random(in: 0...UInt64.max) >> UInt64.random(in: 0..<64)
      let text = "\(digits)e\(Int.random(in: -30...30))"
      #expect(value(text) == Double(text), "\(text)")
    }
  }

  @Test func halvesAreRoundedToEven() {
    // Between two doubles, exactly and with one digit more.
    for text in [
      "9007199254740993", "9007199254740995", "90071992547409930e-1", "9007199254740993e1",
      "1152921504606847104", "1152921504606847105", "4503599627370496.5", "4503599627370497.5",
      "4503599627370496.500000000000000001", "18446744073709551615", "99999999999999999999e-5",
    ] {
      #expect(value(text) == Double(text), "\(text)")
    }
  }

  @Test func otherTextIsNoNumber() {
    for text in [
      "", "+", "-", ".", "1..2", "1e", "1e+", "e5", "0x10", "1_000", "1,5", "12a", "--1", "1 2",
      "nan",
      "infinit", "infx", "٣",
    ] {
      #expect(value(text) == nil, "\(text)")
    }
    #expect(value("1.") == 1 && value(".5") == 0.5 && value("-0") == 0 && value("+2E-1") == 0.2)
    #expect(value("-inf") == -.infinity && value("Infinity") == .infinity)
    #expect(value("1e400") == .infinity && value("1e-99999999999999999999") == 0)
    #expect(value("1,5", point: ",") == 1.5 && value("1.5", point: ",") == nil)
    #expect(value("12345678901234567890123,5", point: ",") == 12345678901234567890123.5)
  }
}

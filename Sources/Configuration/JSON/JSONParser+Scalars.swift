extension JSONParser {
  /// Reads a number; the cursor is on `-` or a digit.
  mutating func number(at location: JSONPath) throws(ConfigurationError) -> JSONNode.Content {
    let start = position
    _ = take("-")
    if take("0") {
      if let byte, isDigit(byte) {
        throw failure("expected no digit after a leading 0", at: location)
      }
    } else {
      try digits(at: location)
    }
    if take(".") { try digits(at: location) }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits(at: location)
    }
    if let byte, isLetter(byte) || byte == UInt8(ascii: ".") {
      throw unexpected("the end of the number", at: location)
    }
    let lexeme = String(decoding: bytes[start..<position], as: UTF8.self)
    return .number(try double(lexeme, at: location), lexeme: lexeme)
  }

  private mutating func digits(at location: JSONPath) throws(ConfigurationError) {
    guard let first = byte, isDigit(first) else { throw unexpected("a digit", at: location) }
    while let byte, isDigit(byte) { position += 1 }
  }

  /// The value of a number's text, which must neither overflow nor vanish.
  private func double(
    _ lexeme: String, at location: JSONPath
  ) throws(ConfigurationError) -> Double {
    let value = Double(lexeme)
    let significand = lexeme.utf8.prefix { $0 | 0x20 != UInt8(ascii: "e") }
    let isZero = !significand.contains { $0 != UInt8(ascii: "0") && isDigit($0) }
    guard let value, value.isFinite, (value == 0) == isZero else {
      throw ConfigurationError(
        .outOfRange, origin, location,
        "expected a number that fits a double (up to 1.8e308, down to 4.9e-324), "
          + "found \(shortened(lexeme))")
    }
    return value
  }

  /// Reads a string; the cursor is on its opening quote.
  mutating func string(at location: JSONPath) throws(ConfigurationError) -> String {
    var buffer: [UInt8] = []
    position += 1
    while let byte {
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: buffer, as: UTF8.self) else {
          throw failure(
            "expected valid UTF-8 in the string, found other bytes", at: location,
            remedy: "Save the file as UTF-8.")
        }
        position += 1
        return text
      case UInt8(ascii: "\\"):
        position += 1
        buffer.append(contentsOf: try escape(at: location))
      case 0..<0x20:
        let found = byte == 0x0A || byte == 0x0D ? "the end of the line" : describe(byte)
        let escape = #"\u"# + hexadecimal(UInt32(byte))
        throw failure(
          "expected the rest of the string, found \(found)", at: location,
          remedy: #"Close the string with '"', or write the character as \#(escape)."#)
      default:
        buffer.append(byte)
        position += 1
      }
    }
    throw unexpected("the closing '\"' of the string", at: location)
  }

  /// Reads what follows a backslash; returns its UTF-8.
  private mutating func escape(at location: JSONPath) throws(ConfigurationError) -> [UInt8] {
    let known: [(Unicode.Scalar, UInt8)] = [
      ("\"", 0x22), ("\\", 0x5C), ("/", 0x2F), ("b", 0x08), ("f", 0x0C), ("n", 0x0A), ("r", 0x0D),
      ("t", 0x09),
    ]
    for (letter, meaning) in known where take(letter) { return [meaning] }
    guard take("u") else {
      throw unexpected(#"one of " \ / b f n r t u after '\'"#, at: location)
    }
    let unit = try codeUnit(at: location)
    if let scalar = Unicode.Scalar(unit) { return Array(String(Character(scalar)).utf8) }
    guard unit < 0xDC00, take("\\"), take("u") else { throw loneSurrogate(unit, at: location) }
    let low = try codeUnit(at: location)
    guard (0xDC00..<0xE000).contains(low) else { throw loneSurrogate(unit, at: location) }
    let value = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
    return Unicode.Scalar(value).map { Array(String(Character($0)).utf8) } ?? []
  }

  private func loneSurrogate(_ unit: UInt32, at location: JSONPath) -> ConfigurationError {
    failure(
      #"expected a surrogate pair, found \u\#(hexadecimal(unit)) alone"#, at: location)
  }

  private mutating func codeUnit(at location: JSONPath) throws(ConfigurationError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw unexpected(#"four hex digits after '\u'"#, at: location)
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }
}

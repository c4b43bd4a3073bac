extension JSONParser {
  /// A syntax error that says what stands under the cursor instead of `expected`.
  ///
  /// - Parameters:
  ///   - isValue: Whether a value or a key may stand here, so that a stray word deserves advice.
  ///   - unclosed: The array or object that the text ends in, and where it begins.
  func unexpected(
    _ expected: String, at location: JSONPath, remedy: String? = nil, isValue: Bool = false,
    unclosed: (kind: String, origin: JSONNode.Origin)? = nil
  ) -> ConfigurationError {
    let word = wordUnderCursor
    var remedy = remedy ?? (isValue ? Self.remedy(for: word) : nil)
    if word == "'/'" || word == "'#'" { remedy = "JSON has no comments." }
    if byte == nil, let unclosed, let line = unclosed.origin.line {
      remedy = "The \(unclosed.kind) that begins on line \(line) is not closed."
    }
    let found = byte.map { word.isEmpty ? describe($0) : word } ?? "the end of the text"
    return failure("expected \(expected), found \(found)", at: location, remedy: remedy)
  }

  /// What helps with habits from other languages.
  private static func remedy(for word: String) -> String? {
    switch word.lowercased() {
    case "'''": "Strings stand in double quotes."
    case "nan", "inf", "infinity": "JSON has no such number."
    case let small where ["true", "false", "null"].contains(small) && small != word:
      "Write it in lower case: \(small)."
    case "none", "nil", "undefined": "Write null."
    default:
      word.utf8.first.map(isLetter) == true && !word.contains(" ")
        ? "Strings stand in double quotes." : nil
    }
  }

  /// The letters and digits under the cursor, or what `describe` says of another character.
  private var wordUnderCursor: String {
    let rest = bytes[min(position, bytes.count)...]
    if let first = rest.first, isLetter(first) {
      let letters = rest.prefix(61).prefix { isLetter($0) || isDigit($0) }
      return shortened(String(decoding: letters, as: UTF8.self))
    }
    return rest.first.map(describe) ?? ""
  }

  /// The character that begins with `byte` under the cursor, or the byte if it is no character.
  func describe(_ byte: UInt8) -> String {
    let hex = "byte 0x" + String(byte, radix: 16, uppercase: true)
    if byte < 0x20 || byte == 0x7F { return hex }
    if byte < 0x80 { return "'\(Character(Unicode.Scalar(byte)))'" }
    for length in 2...4 where position + length <= bytes.count {
      let candidate = bytes[position..<position + length]
      if let text = String(validating: candidate, as: UTF8.self) { return "'\(text)'" }
    }
    return hex
  }
}

/// Whether `byte` is one of `0` to `9`.
func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// Whether `byte` is an ASCII letter or `_`.
func isLetter(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
}

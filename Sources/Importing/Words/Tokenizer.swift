/// Cuts texts into tokens.
struct Tokenizer {
  /// What a token is.
  enum Rule: String, CaseIterable, Sendable {
    /// A longest run of Unicode letters, marks that belong to letters, and digits.
    case words
    /// What stands between white space: texts whose tokens are ready.
    case spaces
  }

  /// How bytes are characters.
  enum Encoding: String, CaseIterable, Sendable {
    case utf8, latin1
  }

  var rule: Rule
  var encoding: Encoding
  /// Whether a token is brought into lower case.
  var isLowercase: Bool
  /// Unicode scalars of the shortest token.
  var shortest: Int

  /// Calls `body` with each token in order.
  ///
  /// - Returns: Whether the bytes are text in the encoding; if they are not, `body` is not called.
  func forEachToken(
    in text: ArraySlice<UInt8>, _ body: (String) throws -> Void
  ) rethrows -> Bool {
    if text.allSatisfy({ $0 < 0x80 }) {
      try forEachASCIIToken(in: isLowercase ? text.map(Self.lower)[...] : text, body)
      return true
    }
    guard let decoded = decode(text) else { return false }
    let characters = (isLowercase ? decoded.lowercased() : decoded).unicodeScalars
    for part in characters.split(whereSeparator: { !isPart($0) }) where part.count >= shortest {
      try body(String(part))
    }
    return true
  }

  private func forEachASCIIToken(
    in text: ArraySlice<UInt8>, _ body: (String) throws -> Void
  ) rethrows {
    var first = text.startIndex
    for end in text.startIndex...text.endIndex {
      if end < text.endIndex, isPart(Unicode.Scalar(text[end])) { continue }
      if end - first >= shortest { try body(String(decoding: text[first..<end], as: UTF8.self)) }
      first = end + 1
    }
  }

  private func isPart(_ character: Unicode.Scalar) -> Bool {
    switch (rule, character.value) {
    case (.words, 0x30...0x39), (.words, 0x41...0x5A), (.words, 0x61...0x7A): return true
    case (.words, ..<0x80): return false
    case (.words, _):
      switch character.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
        return true
      default: return false
      }
    case (.spaces, ..<0x80): return character.value > 0x20 && character.value != 0x7F
    case (.spaces, _): return !character.properties.isWhitespace
    }
  }

  private func decode(_ text: ArraySlice<UInt8>) -> String? {
    switch encoding {
    case .utf8: return String(validating: text, as: UTF8.self)
    case .latin1:
      var characters = String.UnicodeScalarView()
      characters.append(contentsOf: text.lazy.map { Unicode.Scalar($0) })
      return String(characters)
    }
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }
}

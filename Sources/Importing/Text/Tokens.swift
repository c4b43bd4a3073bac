extension TextBlock {
  /// Calls `body` for each line, without its line end: its place in the bytes, and its number.
  func forEachLine(
    _ body: (_ text: Span<UInt8>, _ line: Range<Int>, _ number: Int) throws -> Void
  ) rethrows {
    let text = bytes.span
    var (start, number) = (0, firstLine)
    while start < text.count {
      var end = start
      while end < text.count, text[end] != 10 { end += 1 }
      let next = end + 1
      if end > start, text[end - 1] == 13 { end -= 1 }
      try body(text, start..<end, number)
      (start, number) = (next, number + 1)
    }
  }
}

extension Span<UInt8> {
  /// The next word before `end`, and `position` behind it; an empty one at the end.
  func word(_ position: inout Int, before end: Int) -> Range<Int> {
    while position < end, isBlank(self[position]) { position += 1 }
    let start = position
    while position < end, !isBlank(self[position]) { position += 1 }
    return start..<position
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

  /// A whole number in digits, without a sign; nil for other text and for what 64 bits do not hold.
  func integer(_ range: Range<Int>) -> Int? {
    guard !range.isEmpty, range.count <= 18 else { return nil }
    var result = 0
    for i in range {
      let digit = self[i] &- 48
      guard digit < 10 else { return nil }
      result = result * 10 + Int(digit)
    }
    return result
  }

  /// Text for a message: quoted, and shortened.
  func quoted(_ range: Range<Int>) -> String {
    let text = String(decoding: range.prefix(60).map { self[$0] }, as: UTF8.self)
    return range.isEmpty ? "nothing" : "'\(text)\(range.count > 60 ? "…" : "")'"
  }

  /// Whether the text is a word, letters in either case.
  func isWord(_ range: Range<Int>, _ word: [UInt8]) -> Bool {
    range.count == word.count
      && zip(range, word).allSatisfy { i, letter in
        let byte = self[i]
        return byte == letter || (byte >= 65 && byte <= 90 && byte | 32 == letter)
      }
  }
}

/// Different texts, numbered in the order in which they come.
struct TextTable: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// Numbers of texts, found by their hash; −1 is a free place.
  private var slots: [Int32] = []

  var count: Int { ends.count }
  /// Bytes of all texts.
  var byteCount: Int { bytes.count }

  /// The bytes of a text.
  subscript(number: Int) -> ArraySlice<UInt8> { bytes[start(number)..<ends[number]] }

  private func start(_ number: Int) -> Int { number == 0 ? 0 : ends[number - 1] }

  /// The number of a text; nil where it is not there.
  func number(of text: Span<UInt8>, _ range: Range<Int>) -> Int32? {
    guard !slots.isEmpty else { return nil }
    let found = slots[slot(text, range)]
    return found < 0 ? nil : found
  }

  /// Adds a text that may be there.
  mutating func insert(_ text: Span<UInt8>, _ range: Range<Int>) {
    if 2 * (count + 1) > slots.count { grow() }
    let place = slot(text, range)
    guard slots[place] < 0 else { return }
    slots[place] = Int32(count)
    for i in range { bytes.append(text[i]) }
    ends.append(bytes.count)
  }

  /// Where a text is, or may be put.
  private func slot(_ text: Span<UInt8>, _ range: Range<Int>) -> Int {
    // Seeded at random: no file can be made that hits one place over and over.
    var hasher = Hasher()
    unsafe text.extracting(range).withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    var place = hasher.finalize() & (slots.count - 1)
    while slots[place] >= 0, !isText(Int(slots[place]), text, range) {
      place = (place + 1) & (slots.count - 1)
    }
    return place
  }

  private func isText(_ number: Int, _ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let start = start(number)
    guard ends[number] - start == range.count else { return false }
    for i in 0..<range.count where bytes[start + i] != text[range.lowerBound + i] { return false }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: max(16, 2 * slots.count))
    let all = bytes
    for number in ends.indices {
      let place = slot(all.span, start(number)..<ends[number])
      slots[place] = Int32(number)
    }
  }
}

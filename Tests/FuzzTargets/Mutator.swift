internal import GraphReference

/// Changes bytes at random; the same seed gives the same changes.
package struct Mutator {
  private var random: SplitMix64
  /// Pieces that the format is made of.
  private let tokens: [[UInt8]]

  /// A mutator of its own sequence.
  package init(seed: UInt64, tokens: [[UInt8]] = []) {
    random = SplitMix64(seed: seed)
    self.tokens = tokens
  }

  /// A number below `bound`, which is above 0.
  package mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

  /// `seed` with one to eight changes; most keep what follows them in place.
  package mutating func mutated(_ seed: [UInt8], mostly keepsPlaces: Bool) -> [UInt8] {
    var bytes = seed
    for _ in 0...below(8) {
      guard !bytes.isEmpty else { return [UInt8(truncatingIfNeeded: random.next())] }
      let moves = keepsPlaces && below(8) > 0 ? below(4) : below(9)
      change(&bytes, moves)
    }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], _ kind: Int) {
    let place = below(bytes.count)
    switch kind {
    case 0: bytes[place] ^= 1 << UInt8(below(8))
    case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
    case 2: overwrite(&bytes, at: place, with: interesting())
    case 3:
      let end = min(bytes.count, place + 1 + below(16))
      let value: UInt8 = below(2) == 0 ? 0 : 0xFF
      for index in place..<end { bytes[index] = value }
    case 4: bytes.removeLast(below(bytes.count))
    case 5: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(32)))
    case 6:
      let end = min(bytes.count, place + 1 + below(32))
      bytes.insert(contentsOf: Array(bytes[place..<end]), at: below(bytes.count))
    case 7 where !tokens.isEmpty: bytes.insert(contentsOf: tokens[below(tokens.count)], at: place)
    default: bytes.insert(contentsOf: interesting(), at: place)
    }
  }

  private func overwritten(_ count: Int, from place: Int, of total: Int) -> Range<Int> {
    place..<min(total, place + count)
  }

  private mutating func overwrite(_ bytes: inout [UInt8], at place: Int, with values: [UInt8]) {
    for (index, value) in zip(overwritten(values.count, from: place, of: bytes.count), values) {
      bytes[index] = value
    }
  }

  /// Numbers at the edges of what fits, in 1, 2, 4 or 8 bytes of either order.
  private mutating func interesting() -> [UInt8] {
    let numbers: [UInt64] = [
      0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 1 << 31 - 1, 1 << 31, 1 << 32 - 1, 1 << 32,
      1 << 40, 1 << 62, UInt64(Int64.max), .max,
    ]
    let number = numbers[below(numbers.count)]
    let width = 1 << below(4)
    let bytes = (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    return below(2) == 0 ? bytes : bytes.reversed()
  }
}

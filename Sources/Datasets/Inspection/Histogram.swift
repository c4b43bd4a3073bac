/// How often values of equal ranges come.
public struct Histogram: Encodable, Sendable {
  /// How many values are in each of 20 ranges from the smallest to the largest; the last one's end belongs to it.
  public private(set) var counts = [Int](repeating: 0, count: 20)
  private let lowest: Double
  private let width: Double

  private enum CodingKeys: CodingKey { case counts }

  /// - Precondition: Finite bounds; the lower is smaller.
  init(from lowest: Double, to highest: Double) {
    // Half of each: the whole might be infinite.
    (self.lowest, width) = (lowest, highest / 2 - lowest / 2)
  }

  mutating func add(_ value: Double) {
    let share = (value / 2 - lowest / 2) / width
    let last = counts.count - 1
    counts[share.isFinite ? min(last, max(0, Int(share * Double(counts.count)))) : 0] += 1
  }

  /// A block for each range, as high as its count; one with a value is never empty.
  var text: String {
    let (blocks, most) = (Array("▁▂▃▄▅▆▇█"), counts.max() ?? 0)
    return String(
      counts.map { count in
        guard count > 0 else { return " " }
        return blocks[min(7, count * 8 / max(1, most))]
      })
  }
}

/// The factors of a set of sprites, every combination once.
///
/// Rows are in grid order: shape slowest, then scale, orientation, x, and y fastest.
public struct SpritesGrid: Hashable, Sendable {
  /// Sizes from 0.5 to 1, evenly spaced; 1 alone if there is one. At most 6.
  public let scaleCount: Int
  /// Orientations, evenly spaced over the full turn without repeating its end. At most 40.
  public let orientationCount: Int
  /// Positions along each axis, evenly spaced and rounded to pixels. At most 32.
  public let positionCount: Int

  /// 3 shapes × 4 scales × 12 orientations × 27 × 27 positions.
  public static let standardSize = 104_976
  /// The set of 3 × 6 × 40 × 32 × 32, the largest.
  public static let largestSize = 737_280

  /// The factors' names, in the order of the columns in the file.
  public static let factorNames = ["shape", "scale", "orientation", "positionX", "positionY"]

  /// The full grid nearest to `size` under a rule that keeps its proportions.
  ///
  /// With t = (size / 104,976)^¼ there are 4t scales and 12t orientations, each rounded; positions
  /// fill the rest, and orientations are counted once more to make up for what the rounding and
  /// the upper limits left over. Every count is at least 1: the smallest grid has 3 rows.
  /// - Parameter size: Wanted number of images; brought into 3...737,280.
  public init(nearest size: Int) {
    let size = Double(min(max(size, 3), Self.largestSize))
    let t = (size / Double(Self.standardSize)).squareRoot().squareRoot()
    func count(_ value: Double, atMost limit: Int) -> Int {
      min(max(Int(value.rounded()), 1), limit)
    }
    scaleCount = count(4 * t, atMost: 6)
    let orientations = count(12 * t, atMost: 40)
    positionCount = count(
      (size / Double(3 * scaleCount * orientations)).squareRoot(), atMost: 32)
    orientationCount = count(
      size / Double(3 * scaleCount * positionCount * positionCount), atMost: 40)
  }

  /// Number of images.
  public var count: Int { radices.reduce(1, *) }

  /// Number of values of each factor, in the order of `factorNames`.
  public var radices: [Int] {
    [SpriteShape.allCases.count, scaleCount, orientationCount, positionCount, positionCount]
  }

  /// The factors of a row as indices, in the order of `factorNames`.
  ///
  /// - Precondition: `row` is below `count`.
  public func classes(of row: Int) -> [Int] {
    precondition(row >= 0 && row < count, "SpritesGrid: row \(row) of \(count)")
    var rest = row
    return radices.reversed().map { radix in
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: radix)
      rest = quotient
      return remainder
    }.reversed()
  }

  /// The factors' values: shape 1...3, scale 0.5...1, orientation in radians, positions 0...1.
  public func values(of classes: [Int]) -> [Double] {
    [
      Double(classes[0] + 1), scale(classes[1]), orientation(classes[2]), position(classes[3]),
      position(classes[4]),
    ]
  }

  func scale(_ index: Int) -> Double {
    scaleCount == 1 ? 1 : 0.5 + 0.5 * Double(index) / Double(scaleCount - 1)
  }

  func orientation(_ index: Int) -> Double {
    2 * .pi * Double(index) / Double(orientationCount)
  }

  /// Along one axis, 0 at the left or top.
  func position(_ index: Int) -> Double {
    positionCount == 1 ? 0.5 : Double(index) / Double(positionCount - 1)
  }

  /// The pixel that a sprite's centre lies on, 16...47; no two positions share one.
  package func pixel(_ index: Int) -> Int {
    SpriteMask.reach + Int((31 * position(index)).rounded())
  }
}

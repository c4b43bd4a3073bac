/// Examples as small pictures of one size.
struct Tiles {
  /// Number of examples.
  let count: Int
  /// Pixels, before they are enlarged.
  let width: Int, height: Int
  /// Whether each is one line of a heat-map.
  let areFlat: Bool
  private let channels: Int
  private let elements: [Float]

  /// - Parameter shape: `[N, H, W, C]` or `[N, D]`.
  init(_ elements: [Float], shape: [Int]) {
    precondition(
      (shape.count == 4 || shape.count == 2) && shape.allSatisfy { $0 > 0 }
        && shape.reduce(1, *) == elements.count,
      "ImageGrid: \(elements.count) numbers for the shape \(shape), not [N, H, W, C] or [N, D]")
    self.elements = elements
    areFlat = shape.count == 2
    count = shape[0]
    (height, width) = areFlat ? (1, shape[1]) : (shape[1], shape[2])
    channels = areFlat ? 1 : shape[3]
  }

  /// Sides of an element's square in the picture: 56 pixels for a tile's longer side; for lines of a
  /// heat-map 448 pixels, within cells of 2 to 28.
  var scale: Int {
    if areFlat { return min(28, max(2, 448 / width)) }
    let side = max(width, height)
    return max(1, (56 + side - 1) / side)
  }

  /// ⌈√N⌉, or 1 for a heat-map.
  var defaultColumns: Int { areFlat ? 1 : ceilingOfRoot(count) }

  /// Columns that make a grid of two lines per row about square.
  var defaultPairColumns: Int { areFlat ? 1 : min(count, ceilingOfRoot(2 * count)) }

  /// A pixel's colour.
  func color(_ index: Int, x: Int, y: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
    let start = ((index * height + y) * width + x) * channels
    let drawn = channels == 3 ? (start, start + 1, start + 2) : (start, start, start)
    let values = (elements[drawn.0], elements[drawn.1], elements[drawn.2])
    if values.0.isNaN || values.1.isNaN || values.2.isNaN { return (255, 0, 255) }
    return (level(values.0), level(values.1), level(values.2))
  }

  private func level(_ value: Float) -> UInt8 {
    UInt8((255 * min(1, max(0, value))).rounded())
  }

  private func ceilingOfRoot(_ n: Int) -> Int {
    (1...n).first { $0 * $0 >= n }!
  }
}

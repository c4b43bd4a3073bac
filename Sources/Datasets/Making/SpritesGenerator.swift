internal import HDF5

/// Draws squares, ellipses and hearts of known factors, 64×64 and binary, without any download.
///
/// The set is made in the manner of dSprites and equal on every machine of one kind; it is not a
/// copy of dSprites. A square repeats itself after a quarter turn and an ellipse after half a turn,
/// there as here.
/// - Source: The idea is that of Matthey, Higgins, Hassabis & Lerchner, "dSprites", 2017.
public struct SpritesGenerator: Sendable {
  /// The factors and their counts.
  public let grid: SpritesGrid
  /// Raised whenever the images or their order change.
  public static let version = 1
  /// Pixels of an image's side.
  static let imageSide = 64

  /// A generator of about `size` images; `SpritesGrid.init(nearest:)` states the rule.
  public init(size: Int = SpritesGrid.standardSize) { grid = SpritesGrid(nearest: size) }

  /// Draws all images and writes them to an HDF5 file.
  ///
  /// The file holds `images` `[N, 64, 64]` uint8 (0 or 1, attribute `scale` 1), `factors/values`
  /// `[N, 5]` float32 and `factors/classes` `[N, 5]` int32 (attribute `names`), and on the root the
  /// attributes `generator` and `version`.
  /// - Parameters:
  ///   - path: The file; it appears when it is complete.
  ///   - replacing: Whether a file of this name may be replaced.
  ///   - progress: Told the rows done after each block; what it throws ends the work.
  /// - Throws: `DatasetError`, `HDF5Error`, or what `progress` throws; no file is left then.
  public func write(
    to path: String, replacing: Bool = false,
    progress: (_ rowsDone: Int, _ rowCount: Int) throws -> Void = { _, _ in }
  ) throws {
    try writeDataset(to: path, replacing: replacing) { file in
      try writeFactors(to: file)
      try writeImages(to: file, progress)
      try file.setAttribute("generator", of: "/", to: .string("vae-dp sprites"))
      try file.setAttribute("version", of: "/", to: .integer(Self.version))
    }
  }

  private func writeFactors(to file: HDF5File) throws {
    let factors = SpritesGrid.factorNames.count
    var classes: [Int32] = []
    var values: [Float] = []
    classes.reserveCapacity(grid.count * factors)
    values.reserveCapacity(grid.count * factors)
    for row in 0..<grid.count {
      let indices = grid.classes(of: row)
      classes += indices.map(Int32.init)
      values += grid.values(of: indices).map { Float($0) }
    }
    let shape = [grid.count, factors]
    try file.write("factors/classes", shape: shape, values: classes.span, deflate: 4)
    try file.write("factors/values", shape: shape, values: values.span, deflate: 4)
    for name in ["factors/classes", "factors/values"] {
      try file.setAttribute("names", of: name, to: .strings(SpritesGrid.factorNames))
    }
    try file.setAttribute(
      "shapes", of: "factors/classes", to: .strings(SpriteShape.allCases.map(\.name)))
  }

  private func writeImages(
    to file: HDF5File, _ progress: (_ rowsDone: Int, _ rowCount: Int) throws -> Void
  ) throws {
    let side = Self.imageSide
    try file.createDataset(
      "images", shape: [grid.count, side, side], of: UInt8.self, deflate: 3)
    try file.setAttribute("scale", of: "images", to: .real(1))
    let blockRows = 1024  // 4 MiB, a multiple of the 256 rows of a chunk.
    for first in stride(from: 0, to: grid.count, by: blockRows) {
      let rows = first..<min(first + blockRows, grid.count)
      let block = draw(rows)
      try file.writeRows("images", rows: rows, values: block.span)
      try progress(rows.upperBound, grid.count)
    }
  }

  /// The images of `rows`, `[rows.count, 64, 64]`, 0 or 1.
  ///
  /// Sprites sit on whole pixels, so one mask serves all positions.
  package func draw(_ rows: Range<Int>) -> [UInt8] {
    let side = Self.imageSide
    var images = [UInt8](repeating: 0, count: rows.count * side * side)
    var drawn: (sprite: Int, mask: SpriteMask)?
    let positions = grid.positionCount * grid.positionCount
    for row in rows {
      let classes = grid.classes(of: row)
      if drawn?.sprite != row / positions { drawn = (row / positions, mask(of: classes)) }
      guard let mask = drawn?.mask else { continue }
      let left = grid.pixel(classes[3]) - SpriteMask.reach
      let top = grid.pixel(classes[4]) - SpriteMask.reach
      for line in 0..<SpriteMask.side {
        let source = line * SpriteMask.side
        let target = ((row - rows.lowerBound) * side + top + line) * side + left
        for column in 0..<SpriteMask.side {
          images[target + column] = mask.pixels[source + column]
        }
      }
    }
    return images
  }

  private func mask(of classes: [Int]) -> SpriteMask {
    SpriteMask(
      SpriteShape.allCases[classes[0]], scale: grid.scale(classes[1]),
      orientation: grid.orientation(classes[2]))
  }
}

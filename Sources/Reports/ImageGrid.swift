/// A picture of many examples, tile by tile.
///
/// Images are enlarged by a whole factor until their longer side has 56 pixels at least, and stand
/// in rows with two pixels of mid-grey between them. Flat data become a heat-map: one line of cells
/// per example, without gaps.
///
/// Numbers 0...1 go from black to white, or from dark to bright in each of red, green and blue;
/// numbers outside are drawn like the nearest end, and a NaN in any channel makes its pixel magenta.
/// Of two channels, or of more than three, the first is drawn.
public struct ImageGrid: Sendable, Equatable {
  /// Pixels per line.
  public private(set) var width: Int
  /// Lines.
  public private(set) var height: Int
  /// Red, green and blue of each pixel, 0...255, line by line from the top left.
  public private(set) var pixels: [UInt8]

  /// A picture of examples in their order, row by row.
  ///
  /// - Parameters:
  ///   - images: elements of the examples, row-major.
  ///   - shape: `[N, H, W, C]` for images, `[N, D]` for flat data.
  ///   - columns: images per row; the default makes the grid about as wide as it is high. Flat data
  ///     have one column by default.
  /// - Precondition: the shape has two or four positive extents and as many elements as there are.
  public init(_ images: [Float], shape: [Int], columns: Int? = nil) {
    let tiles = Tiles(images, shape: shape)
    let columns = columns ?? tiles.defaultColumns
    let rows = (tiles.count + columns - 1) / columns
    self.init(tiles, columns: columns, rows: rows, gap: tiles.areFlat && columns == 1 ? 0 : 2)
    for index in 0..<tiles.count {
      draw(tiles, index, column: index % columns, row: index / columns)
    }
  }

  /// A picture of examples with their reconstructions: each row of originals stands above the row of
  /// what became of them.
  ///
  /// - Parameters:
  ///   - originals: elements of the examples, row-major.
  ///   - reconstructions: as many, in the same order.
  ///   - shape: `[N, H, W, C]` for images, `[N, D]` for flat data.
  ///   - columns: pairs per row; the default makes the grid about as wide as it is high. Flat data
  ///     have one column by default.
  /// - Precondition: the shape has two or four positive extents and as many elements as there are
  ///   in either.
  public static func pairs(
    originals: [Float], reconstructions: [Float], shape: [Int], columns: Int? = nil
  ) -> ImageGrid {
    let (above, below) = (Tiles(originals, shape: shape), Tiles(reconstructions, shape: shape))
    let columns = columns ?? above.defaultPairColumns
    let rows = (above.count + columns - 1) / columns
    var grid = ImageGrid(above, columns: columns, rows: 2 * rows, gap: 2)
    for index in 0..<above.count {
      let (column, row) = (index % columns, 2 * (index / columns))
      grid.draw(above, index, column: column, row: row)
      grid.draw(below, index, column: column, row: row + 1)
    }
    return grid
  }

  private static let background: UInt8 = 128
  private var gap: Int

  private init(_ tiles: Tiles, columns: Int, rows: Int, gap: Int) {
    precondition(columns > 0, "ImageGrid: \(columns) columns")
    self.gap = gap
    width = columns * (tiles.width * tiles.scale + gap) - gap
    height = rows * (tiles.height * tiles.scale + gap) - gap
    pixels = [UInt8](repeating: Self.background, count: 3 * width * height)
  }

  private mutating func draw(_ tiles: Tiles, _ index: Int, column: Int, row: Int) {
    let scale = tiles.scale
    let (left, top) = (
      column * (tiles.width * scale + gap), row * (tiles.height * scale + gap)
    )
    for y in 0..<tiles.height {
      for x in 0..<tiles.width {
        let color = tiles.color(index, x: x, y: y)
        for line in 0..<scale {
          var position = 3 * ((top + y * scale + line) * width + left + x * scale)
          for _ in 0..<scale {
            pixels[position] = color.red
            pixels[position + 1] = color.green
            pixels[position + 2] = color.blue
            position += 3
          }
        }
      }
    }
  }
}

/// A rectangle of a weight matrix.
package struct WeightTile: Hashable, Sendable {
  package var row: Int, column: Int
  package var rows: Int, columns: Int

  /// A rectangle by its first row and column and its extents.
  package init(row: Int, column: Int, rows: Int, columns: Int) {
    (self.row, self.column, self.rows, self.columns) = (row, column, rows, columns)
  }

  /// A matrix cut into tiles of equal extents, but for the last ones; which depends on the matrix alone.
  ///
  /// Of whole rows where a few of them fit a tile, so that a tile is one run of memory. Small enough that
  /// a tile stays in the cache between its product and its update, and that sixteen threads share a layer;
  /// large enough that a product runs at full speed. Tiles that read the same columns follow each other.
  package static func tiles(rows: Int, columns: Int) -> [WeightTile] {
    let most = min(1 << 16, max(1 << 14, rows * columns / 16))
    let width = columns <= 1024 ? columns : evenly(columns, most: 1024)
    let height = evenly(rows, most: max(1, most / width))
    return stride(from: 0, to: columns, by: width).flatMap { column in
      stride(from: 0, to: rows, by: height).map { row in
        WeightTile(
          row: row, column: column, rows: min(height, rows - row),
          columns: min(width, columns - column))
      }
    }
  }

  /// Tiles for a gradient from sparse examples: 32 rows, which are computed at once, and as many columns as
  /// make a tile of the same size.
  package static func sparseTiles(rows: Int, columns: Int) -> [WeightTile] {
    let width = evenly(columns, most: 2048)
    return stride(from: 0, to: rows, by: 32).flatMap { row in
      stride(from: 0, to: columns, by: width).map { column in
        WeightTile(
          row: row, column: column, rows: min(32, rows - row),
          columns: min(width, columns - column))
      }
    }
  }

  /// The length of the parts when `count` is cut into as few as possible of `most` at most; a multiple of
  /// 16, the width of a vector, where it can be.
  private static func evenly(_ count: Int, most: Int) -> Int {
    let parts = (count + most - 1) / most
    let length = (count + parts - 1) / parts
    let rounded = (length + 15) / 16 * 16
    return rounded <= most ? rounded : length
  }
}

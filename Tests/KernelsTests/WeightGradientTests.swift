import Kernels
import Testing

@Suite struct WeightGradientTests {
  static let shapes = [
    (1, 1), (3, 17), (400, 784), (784, 400), (600, 2050), (2050, 600), (5, 70000),
  ]

  /// Tiles cover the matrix, each element once, and none is larger than the cache takes.
  @Test(arguments: shapes) func tilesCoverTheMatrixOnce(rows: Int, columns: Int) {
    var seen = [UInt8](repeating: 0, count: rows * columns)
    let tiles = WeightTile.tiles(rows: rows, columns: columns)
    for tile in tiles {
      #expect(tile.rows * tile.columns <= 1 << 16)
      for row in tile.row..<tile.row + tile.rows {
        for column in tile.column..<tile.column + tile.columns { seen[row * columns + column] += 1 }
      }
    }
    #expect(seen.allSatisfy { $0 == 1 })
    #expect(Set(tiles.map { [$0.rows, $0.columns] }).count <= 4)
    if rows * columns > 1 << 18 { #expect(tiles.count >= 16) }
  }

  /// Every tile against sums in double.
  @Test(arguments: [(3, 17, 1), (70, 300, 5), (40, 2050, 7), (300, 70, 33)])
  func tilesAreTheProduct(rows: Int, columns: Int, examples: Int) throws {
    let a = (0..<examples * rows).map { Float(($0 * 37) % 101) / 101 - 0.5 }
    let b = (0..<examples * columns).map { Float(($0 * 53) % 97) / 97 - 0.5 }
    let kernel = try WeightGradientKernel(rows: rows, columns: columns, examples: examples)
    var scratch = [Float](repeating: 0, count: kernel.scratchCount + 16)
    for tile in WeightTile.tiles(rows: rows, columns: columns) {
      var found = [Float](repeating: .nan, count: tile.rows * tile.columns)
      #expect(unsafe kernel.run(tile, a: a, b: b, into: &found, scratch: &scratch))
      for row in 0..<tile.rows {
        for column in 0..<tile.columns {
          let exact = (0..<examples).reduce(0.0) {
            $0 + Double(a[$1 * rows + tile.row + row])
              * Double(b[$1 * columns + tile.column + column])
          }
          let value = Double(found[row * tile.columns + column])
          #expect(abs(value - exact) <= 1e-6 * Double(examples), "\(tile) at \(row), \(column)")
        }
      }
    }
  }
}

import Datasets
import Examples
import HDF5
import Testing

@Suite struct SpritesTests {
  @Test func theStandardGridIsFull() {
    let grid = SpritesGrid(nearest: SpritesGrid.standardSize)
    #expect(grid.radices == [3, 4, 12, 27, 27] && grid.count == 104_976)
    #expect(SpritesGrid(nearest: .max).radices == [3, 6, 40, 32, 32])
    #expect(SpritesGrid(nearest: -1).radices == [3, 1, 1, 1, 1])
  }

  /// The rule rounds, but stays within a fifth of what was asked for.
  @Test func gridsComeNearTheirSize() {
    for size in stride(from: 100, through: 737_280, by: 997) {
      let count = SpritesGrid(nearest: size).count
      #expect(abs(count - size) * 5 <= size, "\(size) gave \(count)")
    }
  }

  @Test func rowsAreInGridOrder() {
    let grid = SpritesGrid(nearest: 5000)
    var row = 0
    let r = grid.radices
    for shape in 0..<r[0] {
      for scale in 0..<r[1] {
        for orientation in 0..<r[2] {
          for x in 0..<r[3] {
            for y in 0..<r[4] {
              if grid.classes(of: row) != [shape, scale, orientation, x, y] {
                Issue.record("row \(row)")
              }
              row += 1
            }
          }
        }
      }
    }
    #expect(row == grid.count)
  }

  @Test func positionsAreDistinctPixels() {
    for size in [1000, 104_976, 737_280] {
      let grid = SpritesGrid(nearest: size)
      let pixels = (0..<grid.positionCount).map(grid.pixel)
      #expect(Set(pixels).count == grid.positionCount)
      #expect(pixels.allSatisfy { (16...47).contains($0) })
    }
  }

  /// The area of a shape, by counting pixels, against the formula, off by a fifth of the rim at most;
  /// upright squares are left out, whose whole rim falls to one side.
  @Test(arguments: [
    (SpriteShape.square, 21.4 * 21.4), (.ellipse, 14.3 * 7.6 * Double.pi),
    (.heart, 10.6 * 10.6 * 3.661_97),  // The area of the heart curve, by quadrature.
  ])
  func areasFitTheirShapes(shape: SpriteShape, area: Double) {
    for scale in [0.5, 0.75, 1] {
      for orientation in stride(from: 0.1, to: 6.2, by: 0.31) {
        let mask = SpriteMask(shape, scale: scale, orientation: orientation)
        let count = Double(mask.pixels.reduce(0) { $0 + Int($1) })
        #expect(abs(count - area * scale * scale) < 90 * scale * 0.2, "\(shape) \(scale)")
      }
    }
  }

  /// A sprite reaching the mask's edge would be cut off.
  @Test func noShapeTouchesTheMasksEdge() {
    let side = SpriteMask.side
    for shape in SpriteShape.allCases {
      for orientation in stride(from: 0.0, to: 6.3, by: 0.05) {
        let pixels = SpriteMask(shape, scale: 1, orientation: orientation).pixels
        for i in 0..<side {
          let edge = [i, (side - 1) * side + i, i * side, i * side + side - 1]
          #expect(edge.allSatisfy { pixels[$0] == 0 })
        }
      }
    }
  }

  @Test func heartsStandUpright() {
    let mask = SpriteMask(.heart, scale: 1, orientation: 0)
    func width(_ row: Int) -> Int {
      mask.pixels[row * SpriteMask.side..<(row + 1) * SpriteMask.side].reduce(0) { $0 + Int($1) }
    }
    #expect(width(16 - 8) > 15 && width(16 + 8) < 10, "wide above, narrow below")
  }

  @Test func theFileHoldsTheGridAndIsTheSameEachTime() throws {
    let scratch = try ScratchFolder()
    let generator = SpritesGenerator(size: 2000)
    var reports: [Int] = []
    try generator.write(to: scratch.path("a.h5")) { done, all in
      reports.append(done)
      #expect(all == generator.grid.count)
    }
    try generator.write(to: scratch.path("b.h5"))
    #expect(try scratch.bytes("a.h5") == scratch.bytes("b.h5"))
    #expect(try scratch.names() == ["a.h5", "b.h5"])
    #expect(reports.last == generator.grid.count && reports.count == 2)

    let file = try HDF5File(reading: scratch.path("a.h5"))
    let rows = generator.grid.count
    #expect(try file.info("images").shape == [rows, 64, 64])
    #expect(try file.read("images", as: UInt8.self) == generator.draw(0..<rows))
    #expect(try file.attribute("names", of: "factors/values") == .strings(SpritesGrid.factorNames))
    #expect(try file.attribute("generator", of: "/") == .string("vae-dp sprites"))
    let classes = try file.read("factors/classes", as: Int32.self)
    let values = try file.read("factors/values", as: Float.self)
    for row in [0, 1, rows / 2, rows - 1] {
      let wanted = generator.grid.classes(of: row)
      #expect(classes[row * 5..<row * 5 + 5].map(Int.init) == wanted)
      #expect(
        values[row * 5..<row * 5 + 5].elementsEqual(
          generator.grid.values(of: wanted).map(Float.init)))
    }
    let examples = try DatasetReader.open(file: scratch.path("a.h5"), dataset: "images")
    #expect(examples.exampleShape == [64, 64, 1] && examples.scale == 1)
  }

  /// The centre of mass of every image moves with its position factors.
  @Test func spritesAreWhereTheirFactorsSay() {
    let generator = SpritesGenerator(size: 2000)
    let grid = generator.grid
    for row in stride(from: 0, to: grid.count, by: 37) {
      let classes = grid.classes(of: row)
      guard classes[0] != SpriteShape.heart.rawValue else { continue }  // Not centred.
      let image = generator.draw(row..<row + 1)
      var (x, y, mass) = (0, 0, 0)
      for i in image.indices where image[i] == 1 {
        (x, y, mass) = (x + i % 64, y + i / 64, mass + 1)
      }
      #expect(abs(Double(x) / Double(mass) - Double(grid.pixel(classes[3]))) < 0.01)
      #expect(abs(Double(y) / Double(mass) - Double(grid.pixel(classes[4]))) < 0.01)
    }
  }

  @Test func anInterruptedRunLeavesNothing() throws {
    struct Stop: Error {}
    let scratch = try ScratchFolder()
    try scratch.write([1, 2, 3], to: ".a.h5.partial")
    #expect(throws: Stop.self) {
      try SpritesGenerator(size: 2000).write(to: scratch.path("a.h5")) { _, _ in throw Stop() }
    }
    #expect(try scratch.names().isEmpty)
  }

  @Test func aFileIsReplacedOnlyWhenAllowed() throws {
    let scratch = try ScratchFolder()
    try scratch.write([1, 2, 3], to: "a.h5")
    #expect(throws: DatasetError.self) {
      try SpritesGenerator(size: 10).write(to: scratch.path("a.h5"))
    }
    #expect(try scratch.bytes("a.h5") == [1, 2, 3])
    try SpritesGenerator(size: 10).write(to: scratch.path("a.h5"), replacing: true)
    #expect(try scratch.bytes("a.h5").count > 3)
  }
}

import HDF5
import Reports
import Runs
import Testing

/// Pictures of what a file holds.
@Suite struct DatasetPictureTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  private func file(_ fill: (HDF5File) throws -> Void) throws -> HDF5File {
    let path = scratch.path("data.h5")
    try HDF5File.write(to: path, fill)
    return try HDF5File(reading: path)
  }

  /// The red, green and blue of a pixel.
  private func colour(_ grid: ImageGrid, _ x: Int, _ y: Int) -> [UInt8] {
    Array(grid.pixels[3 * (y * grid.width + x)..<3 * (y * grid.width + x) + 3])
  }

  @Test func bytesAreGreyLevelsSideBySide() throws {
    let source = try file { file in
      let pixels: [UInt8] = [0, 51, 102, 255] + [255, 0, 0, 0]
      try file.write("x", shape: [2, 2, 2], values: pixels.span)
    }
    let picture = try DatasetPicture("x", of: source)
    #expect(picture.grid.width == 114 && picture.grid.height == 56)
    #expect(colour(picture.grid, 40, 0) == [51, 51, 51])
    #expect(colour(picture.grid, 0, 40) == [102, 102, 102])
    #expect(colour(picture.grid, 60, 0) == [255, 255, 255])
    #expect(picture.meaning.hasPrefix("2 first of 2 examples of x, 2 × 2 each"))
  }

  @Test func channelsMayComeFirst() throws {
    let source = try file { file in
      let pixels: [Float] = [1, 0, 0, 0.2, 0, 0]
      try file.write("x", shape: [1, 3, 1, 2], values: pixels.span)
      try file.setAttribute("layout", of: "x", to: .string("NCHW"))
    }
    let picture = try DatasetPicture("x", of: source)
    #expect(colour(picture.grid, 0, 0) == [255, 0, 0])
    #expect(colour(picture.grid, 40, 0) == [0, 51, 0])
  }

  @Test func aTableIsALineForEachExample() throws {
    let source = try file { file in
      let numbers: [Float] = [-1, 1000, 7, 1, 3000, 7, 0, .nan, 7]
      try file.write("x", shape: [3, 3], values: numbers.span)
    }
    let picture = try DatasetPicture("x", of: source)
    #expect(picture.grid.width == 84 && picture.grid.height == 84)
    #expect(
      colour(picture.grid, 0, 0) == [0, 0, 0] && colour(picture.grid, 0, 30) == [255, 255, 255])
    #expect(colour(picture.grid, 30, 30) == [255, 255, 255])
    #expect(
      colour(picture.grid, 30, 60) == [255, 0, 255]
        && colour(picture.grid, 60, 0) == [128, 128, 128])
  }

  @Test func aSeedChoosesAtRandom() throws {
    let source = try file { file in
      let numbers = (0..<1000).map { UInt8(truncatingIfNeeded: $0 / 4) }
      try file.write("x", shape: [1000, 1], values: numbers.span)
    }
    let picture = { (seed: Int?) in try DatasetPicture("x", of: source, count: 5, seed: seed) }
    let (one, two) = (try picture(1), try picture(2))
    #expect(one.grid == (try picture(1)).grid && one.grid != two.grid)
    #expect(one.meaning.hasPrefix("5 random of 1000 examples"))
  }

  @Test func whatIsNoPictureIsRefused() throws {
    let source = try file { file in
      let numbers: [Float] = [1, 2]
      try file.write("list", shape: [2], values: numbers.span)
      try file.write("group/x", shape: [2, 1], values: numbers.span)
    }
    for name in ["list", "group"] {
      #expect(throws: ReportError.self) { try DatasetPicture(name, of: source) }
    }
  }
}

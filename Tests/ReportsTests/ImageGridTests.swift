import CPNG
import Reports
import Testing

/// Pictures, read back from their PNG bytes with libpng.
@Suite struct ImageGridTests {
  private struct Picture {
    var width: Int, height: Int
    var hasColor: Bool
    var pixels: [UInt8]

    init(_ bytes: [UInt8]) throws {
      var image = unsafe png_image()
      unsafe image.version = UInt32(PNG_IMAGE_VERSION)
      var (samples, hasColor): ([UInt8], Bool) = ([], false)
      // The image keeps the address of the bytes between the two calls.
      let isRead = unsafe bytes.withUnsafeBytes { bytes in
        guard
          unsafe png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0
        else { return false }
        hasColor = unsafe image.format & UInt32(PNG_FORMAT_FLAG_COLOR) != 0
        unsafe image.format = UInt32(PNG_FORMAT_FLAG_COLOR)
        samples = unsafe [UInt8](repeating: 0, count: 3 * Int(image.width * image.height))
        return unsafe png_image_finish_read(&image, nil, &samples, 0, nil) != 0
      }
      try #require(isRead)
      unsafe (width, height) = (Int(image.width), Int(image.height))
      (pixels, self.hasColor) = (samples, hasColor)
    }

    func color(_ x: Int, _ y: Int) -> [UInt8] {
      Array(pixels[3 * (y * width + x)..<3 * (y * width + x) + 3])
    }
  }

  @Test func greyImagesStandInRows() throws {
    let values: [Float] = (0..<3 * 4).map { Float($0) / 11 }
    let picture = try Picture(ImageGrid(values, shape: [3, 2, 2, 1]).png())
    // Two columns of 2 × 2 pixels, each 28 times enlarged.
    #expect(picture.width == 56 * 2 + 2 && picture.height == 56 * 2 + 2)
    #expect(!picture.hasColor)
    for (index, value) in values.enumerated() {
      let (image, y, x) = (index / 4, index / 2 % 2, index % 2)
      let (left, top) = (image % 2 * 58 + x * 28, image / 2 * 58 + y * 28)
      let level = UInt8((255 * value).rounded())
      #expect(picture.color(left, top) == [level, level, level], "element \(index)")
      #expect(picture.color(left + 27, top + 27) == [level, level, level], "element \(index)")
    }
    #expect(picture.color(56, 3) == [128, 128, 128] && picture.color(3, 57) == [128, 128, 128])
    #expect(picture.color(100, 100) == [128, 128, 128], "the place of the fourth image")
  }

  @Test func coloursClampAndNaNIsMagenta() throws {
    let values: [Float] = [0.2, 0.4, 0.6, -3, 7, 1, 0, .nan, 0, .infinity, -.infinity, 0.5]
    let picture = try Picture(ImageGrid(values, shape: [1, 1, 4, 3]).png())
    #expect(picture.width == 56 && picture.height == 14 && picture.hasColor)
    #expect(picture.color(0, 0) == [51, 102, 153])
    #expect(picture.color(14, 13) == [0, 255, 255])
    #expect(picture.color(28, 0) == [255, 0, 255])
    #expect(picture.color(55, 0) == [255, 0, 128])
  }

  @Test(arguments: [2, 4]) func firstOfOtherChannelCountsIsDrawn(channels: Int) {
    let rest = [Float](repeating: 0.5, count: channels - 1)
    let grid = ImageGrid([1] + rest + [0] + rest, shape: [2, 1, 1, channels])
    #expect(Array(grid.pixels.prefix(3)) == [255, 255, 255])
    #expect(Array(grid.pixels.suffix(3)) == [0, 0, 0])
  }

  @Test func largeImagesKeepTheirSize() {
    let grid = ImageGrid([Float](repeating: 0, count: 2 * 60 * 64), shape: [2, 60, 64, 1])
    #expect(grid.width == 2 * 64 + 2 && grid.height == 60)
  }

  @Test func originalsStandAboveReconstructions() throws {
    let originals: [Float] = [0, 0.2, 0.4]
    let picture = try Picture(
      ImageGrid.pairs(
        originals: originals, reconstructions: originals.map { $0 + 0.1 }, shape: [3, 1, 1, 1],
        columns: 2
      ).png())
    #expect(picture.width == 2 * 56 + 2 && picture.height == 4 * 56 + 6)
    for (index, value) in originals.enumerated() {
      let (x, y) = (index % 2 * 58, index / 2 * 116)
      let above = UInt8((255 * value).rounded())
      let below = UInt8((255 * (value + 0.1)).rounded())
      #expect(picture.color(x, y) == [above, above, above])
      #expect(picture.color(x, y + 58) == [below, below, below])
    }
  }

  @Test func flatDataAreLinesOfCells() throws {
    let values: [Float] = (0..<60).map { Float($0) / 59 }
    let picture = try Picture(ImageGrid(values, shape: [3, 20]).png())
    #expect(picture.width == 20 * 22 && picture.height == 3 * 22)
    for (index, value) in values.enumerated() {
      let level = UInt8((255 * value).rounded())
      #expect(picture.color(index % 20 * 22 + 21, index / 20 * 22) == [level, level, level])
    }
  }

  @Test func wrongShapeTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = ImageGrid([1, 2, 3, 4, 5], shape: [2, 2])
    }
  }
}

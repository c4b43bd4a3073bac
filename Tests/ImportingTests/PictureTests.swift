import CPNG
import CTurboJPEG
import HDF5
import Testing

import Importing

@Suite struct PictureTests {
  /// 2 × 3 pixels of all values different.
  private let small = Picture(width: 3, height: 2, channels: 1, pixels: [1, 2, 3, 4, 5, 6])

  @Test(arguments: [
    (1, 2, 3, [1, 2, 3, 4, 5, 6]), (2, 2, 3, [3, 2, 1, 6, 5, 4]), (3, 2, 3, [6, 5, 4, 3, 2, 1]),
    (4, 2, 3, [4, 5, 6, 1, 2, 3]), (5, 3, 2, [1, 4, 2, 5, 3, 6]), (6, 3, 2, [4, 1, 5, 2, 6, 3]),
    (7, 3, 2, [6, 3, 5, 2, 4, 1]), (8, 3, 2, [3, 6, 2, 5, 1, 4]), (9, 2, 3, [1, 2, 3, 4, 5, 6]),
  ])
  func picturesAreTurnedUpright(orientation: Int, height: Int, width: Int, pixels: [UInt8]) {
    let turned = small.upright(orientation)
    #expect((turned.height, turned.width) == (height, width) && turned.pixels == pixels)
  }

  @Test func orientationIsReadInBothByteOrders() {
    let big: [UInt8] = [
      0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 2, 1, 0, 0, 3, 0, 0, 0, 1, 0, 9, 0, 0, 1, 0x12, 0, 3, 0, 0,
      0,
      1, 0, 6, 0, 0,
    ]
    let little: [UInt8] = [
      0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0,
    ]
    #expect(exifOrientation(big[...]) == 6 && exifOrientation(little[...]) == 8)
    for count in big.indices.dropLast(2) {
      #expect([1, 6].contains(exifOrientation(big[..<count])), "\(count) bytes")
    }
  }

  @Test func smallerIsTheMeanOverAreas() {
    // 3 columns to 2: a pixel and a half each.
    let narrow = Picture(width: 3, height: 1, channels: 1, pixels: [30, 60, 90]).resized(to: 1, 2)
    #expect(narrow.pixels == [40, 80])
    let quarter = Picture(width: 4, height: 2, channels: 1, pixels: [0, 4, 8, 16, 8, 4, 0, 1])
    #expect(quarter.resized(to: 1, 2).pixels == [4, 6])
  }

  @Test func largerIsInterpolatedBetweenCentres() {
    let wide = Picture(width: 2, height: 1, channels: 1, pixels: [0, 100]).resized(to: 1, 4)
    #expect(wide.pixels == [0, 25, 75, 100])
    #expect(
      Picture(width: 1, height: 1, channels: 3, pixels: [1, 2, 3]).resized(to: 2, 2).pixels
        == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3])
  }

  @Test func aPictureIsCroppedAroundItsCentre() {
    #expect(small.cropped(toAspectOf: 1, 1).pixels == [1, 2, 4, 5])
    let tall = small.upright(5)
    #expect(tall.cropped(toAspectOf: 8, 8).pixels == [1, 4, 2, 5])
    #expect(small.cropped(toAspectOf: 4, 6).pixels == small.pixels)
    let row = Picture(width: 5, height: 1, channels: 1, pixels: [1, 2, 3, 4, 5])
    #expect(row.cropped(toAspectOf: 1, 3).pixels == [2, 3, 4])
    #expect(row.upright(5).cropped(toAspectOf: 9, 3).pixels == [2, 3, 4])
  }

  @Test func coloursBecomeGreyAndBack() {
    let colours = Picture(
      width: 4, height: 1, channels: 3, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    #expect(colours.grey().pixels == [76, 150, 29, 9])
    #expect(
      small.coloured().pixels.prefix(4) == [1, 1, 1, 2] && small.grey().pixels == small.pixels)
  }

  @Test func whatIsTransparentBecomesWhite() {
    let straight = Picture(
      width: 3, height: 1, channels: 1, withAlpha: [100, 255, 100, 0, 100, 51],
      isPremultiplied: false)
    #expect(straight.pixels == [100, 255, 224])
    let multiplied = Picture(
      width: 2, height: 1, channels: 1, withAlpha: [20, 51, 255, 51], isPremultiplied: true)
    #expect(multiplied.pixels == [224, 255])
  }

  @Test(arguments: [
    ("P1 # a comment\n3 2\n0 1 0\n101", [255, 0, 255, 0, 255, 0]),
    ("P2\n3 2 15\n0 1 2 3 14 15", [0, 17, 34, 51, 238, 255]),
  ])
  func netpbmAsTextIsRead(text: String, pixels: [UInt8]) throws {
    #expect(try Picture.netpbm(Array(text.utf8)).pixels == pixels)
  }

  @Test func netpbmInBinaryIsRead() throws {
    #expect(
      try Picture.netpbm(Array("P4 9 2\n".utf8) + [0x80, 0x80, 0x01, 0]).pixels
        == [0, 255, 255, 255, 255, 255, 255, 255, 0] + [255, 255, 255, 255, 255, 255, 255, 0, 255])
    #expect(try Picture.netpbm(Array("P5 2 1 255\n".utf8) + [32, 9]).pixels == [32, 9])
    #expect(
      try Picture.netpbm(Array("P5 2 1 65535\n".utf8) + [0xFF, 0xFF, 0x80, 0x80]).pixels
        == [255, 128])
    let colour = try Picture.netpbm(Array("P6 1 1 255\n".utf8) + [1, 2, 3])
    #expect(colour.pixels == [1, 2, 3] && colour.channels == 3)
  }

  @Test(arguments: [
    "P5 99999999 99999999 255\n", "P5 2 2 255\n123", "P2 2 1 5 1 6", "P2 2 1 5 1", "P1 2 1 0 2",
    "P7",
    "P5 0 1 255\n", "P5 8192 8193 255\n", "P5 2 1 65536\nabcd", "P5 2 1 99999999999\n",
  ])
  func malformedNetpbmIsRefused(text: String) {
    #expect(throws: PictureProblem.self) { _ = try Picture.netpbm(Array(text.utf8)) }
  }

  @Test func aPictureThatDeclaresBillionsOfPixelsIsRefusedBeforeItIsDecoded() throws {
    var bomb = try png(small)
    bomb[16] = 0x7F  // The width, of which the checksum is corrected by nobody.
    #expect(throws: PictureProblem.self) { _ = try Picture.png(bomb) }
    let jpeg = try jpeg(small)
    let marker = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
    var huge = jpeg
    for place in marker + 5..<marker + 9 { huge[place] = 0x7F }
    do throws(PictureProblem) {
      _ = try Picture.jpeg(huge)
      Issue.record("no error")
    } catch {
      guard case .tooLarge(0x7F7F, 0x7F7F) = error else { throw error }
    }
  }

  @Test func damagedPicturesAreRefused() throws {
    let (png, jpeg) = (try png(small), try jpeg(small))
    #expect(try Picture.png(png).pixels == small.pixels)
    #expect(try Picture.jpeg(jpeg).width == 3)
    for count in [8, 20, png.count / 2, png.count - 20] {
      #expect(throws: PictureProblem.self) { _ = try Picture.png(Array(png.prefix(count))) }
    }
    for count in [2, 20, jpeg.count / 2, jpeg.count - 3] {
      #expect(throws: PictureProblem.self) { _ = try Picture.jpeg(Array(jpeg.prefix(count))) }
    }
    #expect(throws: PictureProblem.self) { _ = try Picture.tiff(Array("II*\0\u{8}\0\0\0".utf8)) }
  }
}

/// What an encoder could not do.
private struct Refused: Error {}

/// A picture as PNG.
func png(_ picture: Picture) throws -> [UInt8] {
  var image = unsafe png_image()
  unsafe image.version = UInt32(PNG_IMAGE_VERSION)
  unsafe image.width = UInt32(picture.width)
  unsafe image.height = UInt32(picture.height)
  unsafe image.format = picture.channels == 3 ? UInt32(PNG_FORMAT_FLAG_COLOR) : 0
  var bytes = [UInt8](repeating: 0, count: 4096 + 4 * picture.pixels.count)
  var count = bytes.count
  guard unsafe png_image_write_to_memory(&image, &bytes, &count, 0, picture.pixels, 0, nil) != 0
  else { throw Refused() }
  return Array(bytes.prefix(count))
}

/// A picture as JPEG of the best quality.
func jpeg(_ picture: Picture) throws -> [UInt8] {
  guard let encoder = unsafe tjInitCompress() else { throw Refused() }
  defer { unsafe _ = tjDestroy(encoder) }
  let isGrey = picture.channels == 1
  let format = (isGrey ? TJPF_GRAY : TJPF_RGB).rawValue
  let sampling = Int32((isGrey ? TJSAMP_GRAY : TJSAMP_444).rawValue)
  var bytes = [UInt8](repeating: 0, count: 4096 + 4 * picture.pixels.count)
  var count = UInt(bytes.count)
  let status = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
    var target = buffer.baseAddress
    return unsafe tjCompress2(
      encoder, picture.pixels, Int32(picture.width), 0, Int32(picture.height), format, &target,
      &count, sampling, 100, TJFLAG_NOREALLOC)
  }
  guard status == 0 else { throw Refused() }
  return Array(bytes.prefix(Int(count)))
}

internal import CPNG

extension Picture {
  /// Decodes a PNG file of any kind.
  ///
  /// What it says of its colour space (gAMA, cHRM, iCCP, sRGB) is passed over, as most programs do that read pictures to
  /// learn from; values are those in the file, 16 bits brought to 8.
  package static func png(_ bytes: [UInt8]) throws(PictureProblem) -> Picture {
    let file = PNGChunks(bytes)
    var image = unsafe png_image()
    unsafe image.version = UInt32(PNG_IMAGE_VERSION)
    guard
      unsafe png_image_begin_read_from_memory(&image, file.essential, file.essential.count) != 0
    else { throw unsafe .malformed(image.text) }
    defer { unsafe png_image_free(&image) }
    let (width, height) = unsafe (Int(image.width), Int(image.height))
    let count = try pixelCount(width, height)
    let hasColour = unsafe image.format & UInt32(PNG_FORMAT_FLAG_COLOR) != 0
    let hasAlpha = unsafe image.format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0
    unsafe image.format =
      (hasColour ? UInt32(PNG_FORMAT_FLAG_COLOR) : 0)
      | (hasAlpha ? UInt32(PNG_FORMAT_FLAG_ALPHA) : 0)
    unsafe image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
    let channels = hasColour ? 3 : 1
    var samples = [UInt8](repeating: 0, count: count * (channels + (hasAlpha ? 1 : 0)))
    guard unsafe png_image_finish_read(&image, nil, &samples, 0, nil) != 0 else {
      throw unsafe .malformed(image.text)
    }
    let picture =
      hasAlpha
      ? Picture(
        width: width, height: height, channels: channels, withAlpha: samples,
        isPremultiplied: false)
      : Picture(width: width, height: height, channels: channels, pixels: samples)
    return picture.upright(file.orientation)
  }
}

extension png_image {
  /// What libpng says of a failure.
  fileprivate var text: String {
    unsafe withUnsafeBytes(of: message) { bytes in
      unsafe "libpng: " + String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

/// A PNG file without what does not tell its pixels.
private struct PNGChunks {
  var essential: [UInt8]
  var orientation = 1

  init(_ bytes: [UInt8]) {
    essential = Array(bytes.prefix(8))
    var place = 8
    while place + 12 <= bytes.count {
      let count = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = min(bytes.count, place + 12 + count)
      switch String(decoding: bytes[place + 4..<place + 8], as: UTF8.self) {
      case "IHDR", "PLTE", "tRNS", "IDAT", "IEND": essential += bytes[place..<end]
      case "eXIf":
        orientation = exifOrientation(bytes[place + 8..<max(place + 8, end - 4)])
      default: break
      }
      place = end
    }
  }
}

internal import CTurboJPEG

extension Picture {
  /// Decodes a JPEG file: grey, of colours, or of CMYK in Adobe's way, whose inks are stored inverted.
  package static func jpeg(_ bytes: [UInt8]) throws(PictureProblem) -> Picture {
    guard let decoder = unsafe tjInitDecompress() else { throw .malformed("no memory for it") }
    defer { unsafe _ = tjDestroy(decoder) }
    var (width, height, subsampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
    let size = UInt(bytes.count)
    guard
      unsafe tjDecompressHeader3(
        decoder, bytes, size, &width, &height, &subsampling, &space) == 0
    else { throw unsafe .malformed("libjpeg: \(String(cString: tjGetErrorStr2(decoder)))") }
    let count = try pixelCount(Int(width), Int(height))
    let isGrey = space == Int32(TJCS_GRAY.rawValue)
    let isInks = [TJCS_CMYK.rawValue, TJCS_YCCK.rawValue].contains(UInt32(bitPattern: space))
    let format = isGrey ? TJPF_GRAY : isInks ? TJPF_CMYK : TJPF_RGB
    let channels = isGrey ? 1 : isInks ? 4 : 3
    var samples = [UInt8](repeating: 0, count: count * channels)
    let status = unsafe tjDecompress2(
      decoder, bytes, size, &samples, width, 0, height, format.rawValue, TJFLAG_LIMITSCANS)
    if status != 0 {
      let text = unsafe String(cString: tjGetErrorStr2(decoder))
      // Cameras and editors leave such bytes behind, and no pixel depends on them.
      let isHarmless =
        unsafe tjGetErrorCode(decoder) == Int32(TJERR_WARNING.rawValue)
        && text.contains("extraneous bytes")
      guard isHarmless else { throw .malformed("libjpeg: \(text)") }
    }
    let picture = Picture(
      width: Int(width), height: Int(height), channels: isGrey ? 1 : 3,
      pixels: isInks ? colours(ofInks: samples) : samples)
    return picture.upright(orientation(of: bytes))
  }

  /// Red, green and blue of inverted cyan, magenta, yellow and black.
  private static func colours(ofInks samples: [UInt8]) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: samples.count / 4 * 3)
    for i in 0..<samples.count / 4 {
      let light = Int(samples[4 * i + 3])
      for channel in 0..<3 {
        let product = Int(255 - samples[4 * i + channel]) * light + 128
        pixels[3 * i + channel] = UInt8(max(0, light - ((product >> 8) + product) >> 8))
      }
    }
    return pixels
  }

  /// By the EXIF data, which come before the pixels.
  private static func orientation(of bytes: [UInt8]) -> Int {
    var place = 2
    while place + 4 <= bytes.count, bytes[place] == 0xFF, bytes[place + 1] != 0xDA {
      let count = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
      let end = min(bytes.count, place + 2 + max(2, count))
      let segment = bytes[place + 4..<max(place + 4, end)]
      if bytes[place + 1] == 0xE1, segment.starts(with: "Exif\0\0".utf8) {
        return exifOrientation(segment.dropFirst(6))
      }
      place = end
    }
    return 1
  }
}

internal import CTIFF

extension Picture {
  /// Decodes the first picture of a TIFF file.
  package static func tiff(_ bytes: [UInt8]) throws(PictureProblem) -> Picture {
    var header = ctiff_picture()
    var message = [CChar](repeating: 0, count: 256)
    func problem() -> PictureProblem {
      let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      return .malformed("libtiff: " + String(decoding: text, as: UTF8.self))
    }
    guard unsafe ctiff_header(bytes, UInt64(bytes.count), &header, &message) != 0 else {
      throw problem()
    }
    let (width, height) = (Int(header.width), Int(header.height))
    var words = [UInt32](repeating: 0, count: try pixelCount(width, height))
    guard unsafe ctiff_decode(bytes, UInt64(bytes.count), &words, &message) != 0 else {
      throw problem()
    }
    var samples = [UInt8](repeating: 0, count: 4 * words.count)
    for (i, word) in words.enumerated() {
      for byte in 0..<4 { samples[4 * i + byte] = UInt8(truncatingIfNeeded: word >> (8 * byte)) }
    }
    let picture = Picture(
      width: width, height: height, channels: 3, withAlpha: samples, isPremultiplied: true)
    return (header.is_grey != 0 ? picture.red() : picture).upright(Int(header.orientation))
  }

  /// One of three equal channels.
  private func red() -> Picture {
    Picture(
      width: width, height: height, channels: 1,
      pixels: stride(from: 0, to: pixels.count, by: 3).map { pixels[$0] })
  }
}

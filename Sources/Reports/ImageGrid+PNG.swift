internal import CPNG

extension ImageGrid {
  /// The picture as the bytes of a PNG file: grey where it has no colours, else red, green, blue.
  ///
  /// - Throws: `ReportError` where libpng refuses, as for more than 2³¹ bytes or want of memory.
  public func png() throws(ReportError) -> [UInt8] {
    let grey = greySamples
    let samples = grey ?? pixels
    var image = unsafe png_image()
    unsafe image.version = UInt32(PNG_IMAGE_VERSION)
    unsafe image.width = UInt32(width)
    unsafe image.height = UInt32(height)
    unsafe image.format = grey == nil ? UInt32(PNG_FORMAT_FLAG_COLOR) : 0
    // Without a buffer libpng only counts the bytes.
    var count = 0
    guard unsafe png_image_write_to_memory(&image, nil, &count, 0, samples, 0, nil) != 0 else {
      throw unsafe refusal(&image)
    }
    var bytes = [UInt8](repeating: 0, count: count)
    guard unsafe png_image_write_to_memory(&image, &bytes, &count, 0, samples, 0, nil) != 0 else {
      throw unsafe refusal(&image)
    }
    return Array(bytes.prefix(count))
  }

  /// One number per pixel; nil where a pixel has a colour.
  private var greySamples: [UInt8]? {
    var samples: [UInt8] = []
    samples.reserveCapacity(width * height)
    for start in stride(from: 0, to: pixels.count, by: 3) {
      let red = pixels[start]
      guard red == pixels[start + 1], red == pixels[start + 2] else { return nil }
      samples.append(red)
    }
    return samples
  }

  private func refusal(_ image: inout png_image) -> ReportError {
    let message = unsafe withUnsafeBytes(of: &image.message) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return ReportError(
      code: .refused, object: "picture of \(width) × \(height) pixels",
      expected: "one that libpng can write", found: message,
      remedy: "Draw fewer examples or smaller ones.")
  }
}

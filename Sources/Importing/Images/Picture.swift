/// A picture in memory: rows downwards, channels last, 8 bits each.
package struct Picture: Sendable {
  package var width: Int
  package var height: Int
  /// 1, grey, or 3: red, green, blue.
  package var channels: Int
  /// `[height, width, channels]`.
  package var pixels: [UInt8]

  /// The most pixels that are decoded: 2²⁶, such as 8192 × 8192. A few bytes may declare billions.
  static let largestPixelCount = 1 << 26

  /// A picture of pixels that end in alpha, on white.
  ///
  /// - Parameters:
  ///   - samples: `[height, width, channels + 1]`.
  ///   - isPremultiplied: Whether colours are multiplied by alpha already.
  package init(
    width: Int, height: Int, channels: Int, withAlpha samples: [UInt8], isPremultiplied: Bool
  ) {
    (self.width, self.height, self.channels) = (width, height, channels)
    pixels = [UInt8](repeating: 0, count: width * height * channels)
    var target = 0
    for start in stride(from: 0, to: samples.count, by: channels + 1) {
      let alpha = Int(samples[start + channels])
      for channel in 0..<channels {
        let value = Int(samples[start + channel])
        let over = isPremultiplied ? value : (value * alpha + 127) / 255
        pixels[target] = UInt8(min(255, over + 255 - alpha))
        target += 1
      }
    }
  }

  package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    (self.width, self.height, self.channels, self.pixels) = (width, height, channels, pixels)
  }

  /// Grey by the weights of ITU-R BT.601: 0.299 red + 0.587 green + 0.114 blue.
  package func grey() -> Picture {
    guard channels == 3 else { return self }
    var result = [UInt8](repeating: 0, count: width * height)
    for i in result.indices {
      let red = Int(pixels[3 * i]) * 19595
      let green = Int(pixels[3 * i + 1]) * 38470
      let blue = Int(pixels[3 * i + 2]) * 7471
      result[i] = UInt8((red + green + blue + 0x8000) >> 16)
    }
    return Picture(width: width, height: height, channels: 1, pixels: result)
  }

  /// Three equal channels of a grey picture.
  package func coloured() -> Picture {
    guard channels == 1 else { return self }
    var result = [UInt8](repeating: 0, count: 3 * pixels.count)
    for i in result.indices { result[i] = pixels[i / 3] }
    return Picture(width: width, height: height, channels: 3, pixels: result)
  }

  /// The picture as it is to be seen, where it is stored turned or mirrored.
  ///
  /// - Parameter orientation: As EXIF and TIFF count them, 1...8; others are taken for 1.
  package func upright(_ orientation: Int) -> Picture {
    guard (2...8).contains(orientation) else { return self }
    let (w, h) = orientation >= 5 ? (height, width) : (width, height)
    var result = [UInt8](repeating: 0, count: pixels.count)
    for y in 0..<h {
      for x in 0..<w {
        let (column, row) =
          switch orientation {
          case 2: (width - 1 - x, y)
          case 3: (width - 1 - x, height - 1 - y)
          case 4: (x, height - 1 - y)
          case 5: (y, x)
          case 6: (y, height - 1 - x)
          case 7: (width - 1 - y, height - 1 - x)
          default: (width - 1 - y, x)
          }
        let (from, to) = ((row * width + column) * channels, (y * w + x) * channels)
        for channel in 0..<channels { result[to + channel] = pixels[from + channel] }
      }
    }
    return Picture(width: w, height: h, channels: channels, pixels: result)
  }
}

extension Picture {
  /// Reads a PBM, PGM or PPM file, as text or binary (`P1` to `P6`); values are brought to 0...255, black of PBM to 0.
  package static func netpbm(_ bytes: [UInt8]) throws(PictureProblem) -> Picture {
    var reader = NetpbmReader(bytes)
    guard bytes.count > 2, (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(bytes[1]) else {
      throw .malformed("'P' without a number of 1 to 6")
    }
    let kind = Int(bytes[1] - UInt8(ascii: "0"))
    let (isText, isBits) = (kind <= 3, kind % 3 == 1)
    let width = try reader.number("a width")
    let height = try reader.number("a height")
    let channels = kind % 3 == 0 ? 3 : 1
    let count = try pixelCount(width, height) * channels
    let largest = isBits ? 1 : try reader.number("a largest value")
    guard (1...65535).contains(largest) else { throw .malformed("a largest value of \(largest)") }
    // What the pixels take at least, before memory is taken for them.
    let size = isText ? count : isBits ? (width + 7) / 8 * height : count * (largest > 255 ? 2 : 1)
    if !isText { reader.place += 1 }  // A single space.
    guard size <= bytes.count - min(bytes.count, reader.place) else {
      throw .malformed("\(bytes.count) bytes for \(width) × \(height) pixels")
    }
    var pixels = [UInt8](repeating: 0, count: count)
    for i in 0..<count {
      let value: Int
      if isText {
        value = isBits ? try reader.bit() : try reader.number("a value")
      } else if isBits {
        let (row, column) = (i / width, i % width)
        let byte = bytes[reader.place + row * ((width + 7) / 8) + column / 8]
        value = Int(byte >> UInt8(7 - column % 8)) & 1
      } else if largest > 255 {
        value = Int(bytes[reader.place + 2 * i]) << 8 | Int(bytes[reader.place + 2 * i + 1])
      } else {
        value = Int(bytes[reader.place + i])
      }
      guard value <= largest else { throw .malformed("the value \(value) above \(largest)") }
      pixels[i] = isBits ? (value == 1 ? 0 : 255) : UInt8((value * 255 + largest / 2) / largest)
    }
    return Picture(width: width, height: height, channels: channels, pixels: pixels)
  }
}

/// The header of a Netpbm file, and pixels as text.
private struct NetpbmReader {
  let bytes: [UInt8]
  var place = 2

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// A decimal number behind spaces and comments.
  mutating func number(_ expected: String) throws(PictureProblem) -> Int {
    skipSpace()
    var (value, digits) = (0, 0)
    while place < bytes.count, digits < 10, (48..<58).contains(bytes[place]) {
      value = value * 10 + Int(bytes[place] - 48)
      (place, digits) = (place + 1, digits + 1)
    }
    guard digits > 0 else { throw .malformed("no number where \(expected) should be") }
    return value
  }

  /// 0 or 1, with or without spaces between them.
  mutating func bit() throws(PictureProblem) -> Int {
    skipSpace()
    guard place < bytes.count, (48...49).contains(bytes[place]) else {
      throw .malformed("neither 0 nor 1 among the pixels")
    }
    place += 1
    return Int(bytes[place - 1] - 48)
  }

  private mutating func skipSpace() {
    var isComment = false
    while place < bytes.count {
      let byte = bytes[place]
      if isComment {
        isComment = byte != 10 && byte != 13
      } else if byte == UInt8(ascii: "#") {
        isComment = true
      } else if byte != 32, !(9...13).contains(byte) {
        return
      }
      place += 1
    }
  }
}

/// How a picture is turned, 1...8, by its EXIF data; 1 where they do not tell.
///
/// - Parameter data: From the byte order on.
package func exifOrientation(_ data: ArraySlice<UInt8>) -> Int {
  let start = data.startIndex
  let isBigEndian = data.first == UInt8(ascii: "M")
  func number(_ place: Int, _ size: Int) -> Int? {
    guard place >= 0, place + size <= data.count else { return nil }
    let bytes = data[start + place..<start + place + size]
    return (isBigEndian ? Array(bytes) : bytes.reversed()).reduce(0) { $0 << 8 | Int($1) }
  }
  guard let directory = number(4, 4), let count = number(directory, 2) else { return 1 }
  for entry in 0..<count {
    let place = directory + 2 + 12 * entry
    guard let tag = number(place, 2) else { return 1 }
    if tag == 0x112, number(place + 2, 2) == 3, let value = number(place + 8, 2) {
      return (1...8).contains(value) ? value : 1
    }
  }
  return 1
}

/// A type of NumPy's elements that is taken in.
struct NumpyType: CustomStringConvertible {
  enum Kind { case bool, integer, unsigned, real, unicode, bytes }

  let kind: Kind
  /// Bytes of an element.
  let size: Int
  let isBigEndian: Bool

  /// By its name, such as `<f4`; nil for complex numbers, objects, dates and structures.
  init?(_ name: String) {
    let characters = Array(name.utf8)
    guard characters.count >= 3, let size = Int(String(decoding: characters[2...], as: UTF8.self)),
      "<>|=".utf8.contains(characters[0])
    else { return nil }
    isBigEndian = characters[0] == UInt8(ascii: ">")
    switch (characters[1], size) {
    case (UInt8(ascii: "b"), 1): kind = .bool
    case (UInt8(ascii: "i"), 1), (UInt8(ascii: "i"), 2), (UInt8(ascii: "i"), 4),
      (UInt8(ascii: "i"), 8):
      kind = .integer
    case (UInt8(ascii: "u"), 1), (UInt8(ascii: "u"), 2), (UInt8(ascii: "u"), 4),
      (UInt8(ascii: "u"), 8):
      kind = .unsigned
    case (UInt8(ascii: "f"), 2), (UInt8(ascii: "f"), 4), (UInt8(ascii: "f"), 8): kind = .real
    case (UInt8(ascii: "U"), 1...1 << 16): kind = .unicode
    case (UInt8(ascii: "S"), 1...1 << 16): kind = .bytes
    default: return nil
    }
    self.size = kind == .unicode ? 4 * size : size
  }

  var isText: Bool { kind == .unicode || kind == .bytes }

  var description: String {
    switch kind {
    case .bool: "bool"
    case .integer: "int\(8 * size)"
    case .unsigned: "uint\(8 * size)"
    case .real: "float\(8 * size)"
    case .unicode, .bytes: "text"
    }
  }
}

extension NumpyType {
  private func unsigned<T: FixedWidthInteger & UnsignedInteger>(
    _ type: T.Type, _ bytes: [UInt8]
  ) -> [T] {
    bytes.integers(type, isBigEndian: isBigEndian)
  }

  /// Elements of bool, int8, int16, int32, uint8 or uint16.
  func int32(_ bytes: [UInt8]) -> [Int32] {
    switch (kind, size) {
    case (.integer, 1): bytes.map { Int32(Int8(bitPattern: $0)) }
    case (.integer, 2): unsigned(UInt16.self, bytes).map { Int32(Int16(bitPattern: $0)) }
    case (.integer, _): unsigned(UInt32.self, bytes).map { Int32(bitPattern: $0) }
    case (_, 1): bytes.map { Int32($0) }
    case _: unsigned(UInt16.self, bytes).map { Int32($0) }
    }
  }

  /// Elements of uint32, int64 or uint64; nil where one is beyond int64.
  func int64(_ bytes: [UInt8]) -> [Int64]? {
    if size == 4 { return unsigned(UInt32.self, bytes).map { Int64($0) } }
    let values = unsigned(UInt64.self, bytes).map { Int64(bitPattern: $0) }
    return kind == .integer || values.allSatisfy { $0 >= 0 } ? values : nil
  }

  /// Elements of float16 or float32.
  func float(_ bytes: [UInt8]) -> [Float] {
    size == 2
      ? unsigned(UInt16.self, bytes).map { Float(halfBits: $0) }
      : unsigned(UInt32.self, bytes).map { Float(bitPattern: $0) }
  }

  /// Elements of float64.
  func double(_ bytes: [UInt8]) -> [Double] {
    unsigned(UInt64.self, bytes).map { Double(bitPattern: $0) }
  }

  /// Texts; nil where one is not Unicode.
  func texts(_ bytes: [UInt8]) -> [String]? {
    var result: [String] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      let element = Array(bytes[start..<start + size])
      let text: String?
      if kind == .bytes {
        text = String(validating: element.prefix { $0 != 0 }, as: UTF8.self)
      } else {
        let scalars = unsigned(UInt32.self, element).prefix { $0 != 0 }
        text = String(validating: scalars, as: UTF32.self)
      }
      guard let text else { return nil }
      result.append(text)
    }
    return result
  }
}

extension Float {
  /// The value of a number of 16 bits, IEEE 754 binary16.
  init(halfBits bits: UInt16) {
    let (exponent, fraction) = (bits >> 10 & 31, bits & 1023)
    let size: Float =
      switch exponent {
      case 0: Float(fraction) * 0x1p-24
      case 31: fraction == 0 ? .infinity : .nan
      default: Float(bitPattern: UInt32(exponent + 112) << 23 | UInt32(fraction) << 13)
      }
    self = bits >> 15 == 0 ? size : -size
  }
}

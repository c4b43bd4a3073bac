/// What NumPy's `.npy` form says of an array before its elements.
///
/// - Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
struct NumpyHeader {
  /// The type's name, such as `<f4`.
  var typeName = ""
  var isFortranOrdered = false
  var shape: [Int] = []
  /// nil for a type that is not taken in.
  var type: NumpyType? { NumpyType(typeName) }

  /// Elements of a row, an example; 1 for a list.
  var rowSize: Int { shape.dropFirst().reduce(1, *) }
  /// `float32 [100, 784]`, for messages.
  var text: String {
    let name = typeName == "|O" ? "pickled objects" : "\(type.map { "\($0)" } ?? typeName)"
    return "\(name) \(shape)"
  }

  /// Reads as far as the first element.
  init(_ source: some ByteSource) throws(ImportError) {
    let start = try source.read(8)
    guard start.starts(with: [0x93] + Array("NUMPY".utf8)), 1...3 ~= start[6] else {
      throw source.malformed("an array of NumPy, version 1 to 3", "other first bytes")
    }
    let length = try source.read(start[6] == 1 ? 2 : 4).little
    guard length <= 1 << 20 else {
      throw source.malformed("a header of at most 1 MiB", "\(length) bytes")
    }
    var parser = NumpyHeaderParser(bytes: try source.read(length))
    guard parser.parse(into: &self) else {
      throw source.malformed(
        "a header with descr, fortran_order and shape",
        "'\(String(decoding: parser.bytes.prefix(100), as: UTF8.self))'")
    }
    var bits = 0
    for extent in shape where extent > 0 { bits += Int.bitWidth - extent.leadingZeroBitCount }
    guard bits < 58 else { throw source.malformed("an array of less than 2⁵⁸ elements", text) }
  }
}

/// The Python dictionary of a header: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
private struct NumpyHeaderParser {
  let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func parse(into header: inout NumpyHeader) -> Bool {
    var missing: Set = ["descr", "fortran_order", "shape"]
    guard takes("{") else { return false }
    while !takes("}") {
      guard let key = string(), takes(":"), missing.remove(key) != nil else { return false }
      switch key {
      case "descr":
        guard let name = string() ?? structure() else { return false }
        header.typeName = name
      case "shape":
        guard let shape = tuple() else { return false }
        header.shape = shape
      default:
        header.isFortranOrdered = takes("True")
        guard header.isFortranOrdered || takes("False") else { return false }
      }
      guard takes(",") || isNext("}") else { return false }
    }
    return missing.isEmpty
  }

  private mutating func isNext(_ word: String) -> Bool {
    while position < bytes.count, [9, 10, 13, 32].contains(bytes[position]) { position += 1 }
    return bytes[position...].starts(with: word.utf8)
  }

  private mutating func takes(_ word: String) -> Bool {
    guard isNext(word) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func string() -> String? {
    for quote in ["'", "\""] where takes(quote) {
      let rest = bytes[position...]
      guard let end = rest.firstIndex(of: quote.utf8.first ?? 0) else { return nil }
      defer { position = end + 1 }
      return String(decoding: rest[..<end], as: UTF8.self)
    }
    return nil
  }

  /// A list of fields, which is not looked into: its brackets' content.
  private mutating func structure() -> String? {
    guard takes("[") else { return nil }
    var depth = 1
    while depth > 0, position < bytes.count {
      depth += bytes[position] == UInt8(ascii: "[") ? 1 : 0
      depth -= bytes[position] == UInt8(ascii: "]") ? 1 : 0
      position += 1
    }
    return depth == 0 ? "a structure of fields" : nil
  }

  private mutating func tuple() -> [Int]? {
    guard takes("(") else { return nil }
    var extents: [Int] = []
    while !takes(")") {
      let digits = bytes[position...].prefix { 48...57 ~= $0 }
      guard let extent = Int(String(decoding: digits, as: UTF8.self)), extents.count < 31 else {
        return nil
      }
      position += digits.count
      _ = takes("L")  // As Python 2 wrote them.
      extents.append(extent)
      guard takes(",") || isNext(")") else { return nil }
    }
    return extents
  }
}

extension Collection<UInt8> {
  /// The integer whose bytes these are, the lowest first; ones of more than 8 bytes, or beyond `Int`, are its greatest.
  var little: Int {
    guard count <= 8 else { return .max }
    return Int(clamping: reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }
}

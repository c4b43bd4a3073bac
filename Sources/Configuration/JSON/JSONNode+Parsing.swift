extension JSONNode {
  /// Deepest nesting of arrays and objects that is read.
  public static let depthLimit = 64
  /// Longest text that is read, in bytes: 16 MiB.
  public static let byteCountLimit = 16 << 20

  /// Reads a JSON text strictly after RFC 8259.
  ///
  /// There are no comments, trailing commas, duplicate keys or unescaped control characters, and
  /// numbers must fit a `Double`. Keys that look the same under Unicode's canonical equivalence
  /// count as duplicates.
  ///
  /// - Parameters:
  ///   - text: The whole text.
  ///   - file: Its name, for errors.
  /// - Throws: `syntax`, `duplicateKey`, `tooDeep`, `outOfRange` (a number), or `invalid` (too long).
  public static func parse(
    _ text: String, file: String?
  ) throws(ConfigurationError) -> JSONNode {
    try parse(Array(text.utf8), file: file)
  }

  /// Reads a JSON text from its bytes, which must be valid UTF-8 without a byte-order mark.
  ///
  /// - Throws: As `parse(_:file:)` for a `String`.
  public static func parse(
    _ bytes: [UInt8], file: String?
  ) throws(ConfigurationError) -> JSONNode {
    var parser = JSONParser(bytes, name: file, hasLines: true)
    return try parser.document(at: .root, depth: 0)
  }
}

/// A cursor over a JSON text; one pass, no look-back.
struct JSONParser {
  let bytes: [UInt8]
  let name: String?
  let hasLines: Bool
  var position = 0
  private var line = 1
  private var lineStart = 0

  init(_ bytes: [UInt8], name: String?, hasLines: Bool) {
    self.bytes = bytes
    self.name = name
    self.hasLines = hasLines
  }

  /// The byte under the cursor; nil at the end.
  var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Where the cursor stands, to the line.
  var origin: JSONNode.Origin { JSONNode.Origin(name: name, line: hasLines ? line : nil) }

  /// Reads one value that stands at `location` inside `depth` arrays and objects, and nothing after.
  mutating func document(
    at location: JSONPath, depth: Int
  ) throws(ConfigurationError) -> JSONNode {
    guard bytes.count <= JSONNode.byteCountLimit else {
      throw ConfigurationError(
        .invalid, JSONNode.Origin(name: name), location,
        "expected at most \(JSONNode.byteCountLimit) bytes, found more",
        remedy: "This is not a configuration: name another file.")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw failure(
        "expected JSON, found a byte-order mark", at: location,
        remedy: "Save the file as UTF-8 without a byte-order mark.")
    }
    skipSpace()
    let node = try value(at: location, depth: depth)
    skipSpace()
    guard byte == nil else { throw unexpected("the end of the text", at: location) }
    return node
  }

  private mutating func skipSpace() {
    while let byte, byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D {
      position += 1
      if byte == 0x0A { (line, lineStart) = (line + 1, position) }
    }
  }

  private mutating func value(
    at location: JSONPath, depth: Int
  ) throws(ConfigurationError) -> JSONNode {
    let start = origin
    let content: JSONNode.Content
    switch byte {
    case UInt8(ascii: "{"): content = try object(at: location, depth: depth + 1)
    case UInt8(ascii: "["): content = try array(at: location, depth: depth + 1)
    case UInt8(ascii: "\""): content = .string(try string(at: location))
    case let byte? where byte == UInt8(ascii: "-") || isDigit(byte):
      content = try number(at: location)
    default: content = try word(at: location)
    }
    return JSONNode(content, origin: start, location: location)
  }

  private mutating func word(at location: JSONPath) throws(ConfigurationError) -> JSONNode.Content {
    for (word, content) in Self.words where bytes[position...].starts(with: word.utf8) {
      let end = position + word.utf8.count
      if end < bytes.count, isLetter(bytes[end]) { break }
      position = end
      return content
    }
    throw unexpected("a value", at: location, isValue: true)
  }

  private static let words: [(String, JSONNode.Content)] = [
    ("null", .null), ("true", .bool(true)), ("false", .bool(false)),
  ]

  private mutating func array(
    at location: JSONPath, depth: Int
  ) throws(ConfigurationError) -> JSONNode.Content {
    var elements: [JSONNode] = []
    let opening = origin
    try checkDepth(depth, at: location)
    position += 1
    skipSpace()
    if take("]") { return .array([]) }
    while true {
      let element = JSONPath.index(location, elements.count)
      elements.append(try value(at: element, depth: depth))
      skipSpace()
      if take("]") { return .array(elements) }
      guard take(",") else {
        throw unexpected("',' or ']'", at: location, unclosed: ("array", opening))
      }
      skipSpace()
      if byte == UInt8(ascii: "]") {
        throw unexpected("a value after ','", at: location, remedy: Self.noTrailingComma)
      }
    }
  }

  private mutating func object(
    at location: JSONPath, depth: Int
  ) throws(ConfigurationError) -> JSONNode.Content {
    var members: [JSONNode.Member] = []
    var seen: [String: JSONNode.Origin] = [:]
    let opening = origin
    try checkDepth(depth, at: location)
    position += 1
    skipSpace()
    if take("}") { return .object([]) }
    while true {
      guard byte == UInt8(ascii: "\"") else {
        let isTrailing = !members.isEmpty && byte == UInt8(ascii: "}")
        throw unexpected(
          members.isEmpty ? "a key or '}'" : "a key after ','", at: location,
          remedy: isTrailing ? Self.noTrailingComma : nil, isValue: true,
          unclosed: ("object", opening))
      }
      let start = origin
      let key = try string(at: location)
      let place = JSONPath.key(location, key)
      if let first = seen.updateValue(start, forKey: key) {
        let earlier = first.line.map { ", first given on line \($0)" } ?? ""
        throw ConfigurationError(
          .duplicateKey, start, place, "duplicate key\(earlier)", remedy: "Remove one of the two.")
      }
      skipSpace()
      guard take(":") else { throw unexpected("':' after the key", at: place) }
      skipSpace()
      let value = try value(at: place, depth: depth)
      members.append(JSONNode.Member(key: key, value: value, origin: start))
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else {
        throw unexpected("',' or '}'", at: location, unclosed: ("object", opening))
      }
      skipSpace()
    }
  }

  private static let noTrailingComma = "JSON has no trailing commas."

  private func checkDepth(_ depth: Int, at location: JSONPath) throws(ConfigurationError) {
    guard depth > JSONNode.depthLimit else { return }
    throw ConfigurationError(
      .tooDeep, origin, location,
      "expected at most \(JSONNode.depthLimit) arrays and objects inside each other, found more")
  }

  /// Moves over `expected` if it is under the cursor.
  mutating func take(_ expected: Unicode.Scalar) -> Bool {
    guard byte == UInt8(ascii: expected) else { return false }
    position += 1
    return true
  }
}

extension JSONParser {
  /// A syntax error at the cursor.
  func failure(
    _ message: String, at location: JSONPath, remedy: String? = nil
  ) -> ConfigurationError {
    let before = bytes[lineStart..<min(position, bytes.count)]
    let column = 1 + before.count { $0 & 0xC0 != 0x80 }  // Continuation bytes are no characters.
    let place = hasLines ? " (column \(column))" : ""
    return ConfigurationError(.syntax, origin, location, message + place, remedy: remedy)
  }
}

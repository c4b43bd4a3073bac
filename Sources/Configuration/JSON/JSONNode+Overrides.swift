extension JSONNode {
  /// This configuration with one key changed from the command line.
  ///
  ///     training.epochs=3          model.encoder[0].conv.channels=16
  ///     name=first                 data["odd.key"]={ "fraction": 0.1 }
  ///
  /// The value is read as JSON; a word that is no JSON is a string. Objects on the way are created if
  /// they are missing or null, so that a misspelt key is found by whoever reads the object.
  ///
  /// - Throws: `badOverride` if the override is malformed, or its path leads through a value that has
  ///   no such part; what `parse(_:file:)` throws if the value begins like JSON but is not.
  public func applying(override: String) throws(ConfigurationError) -> JSONNode {
    var parser = OverrideParser(override)
    let parts = try parser.path()
    let location = parts.reduce(self.location) { $1.location(in: $0) }
    let value = try parser.value(at: location, depth: parts.count)
    return try Self.assign(value, parts[...], in: self, at: self.location)
  }

  /// `node`, or what is created for its absence, with `value` where `parts` lead.
  private static func assign(
    _ value: JSONNode, _ parts: ArraySlice<OverridePart>, in node: JSONNode?, at location: JSONPath
  ) throws(ConfigurationError) -> JSONNode {
    guard let part = parts.first else { return value }
    let rest = parts.dropFirst()
    let place = part.location(in: location)
    var result = node ?? JSONNode(.object([]), origin: .commandLine, location: location)
    switch (part, result.content) {
    case (.key, .null):
      result = JSONNode(.object([]), origin: .commandLine, location: location)
      return try assign(value, parts, in: result, at: location)
    case (.key(let key), .object(var members)):
      if let i = members.firstIndex(where: { $0.key == key }) {
        members[i].value = try assign(value, rest, in: members[i].value, at: place)
        if rest.isEmpty { members[i].origin = .commandLine }
      } else {
        let created = try assign(value, rest, in: nil, at: place)
        members.append(Member(key: key, value: created, origin: .commandLine))
      }
      result.content = .object(members)
    case (.index(let index), .array(var elements)):
      guard elements.indices.contains(index) else {
        throw overrideError(
          place, "expected an index below \(elements.count), found \(index)",
          remedy: "Set the whole array to change its length.")
      }
      elements[index] = try assign(value, rest, in: elements[index], at: place)
      result.content = .array(elements)
    case (.key, _), (.index, _):
      throw overrideError(
        place, "expected \(part.container), found \(node?.displayed ?? "nothing")",
        remedy: "Set the whole value instead: \(location.text)=…")
    }
    return result
  }
}

private func overrideError(
  _ location: JSONPath, _ message: String, remedy: String
) -> ConfigurationError {
  ConfigurationError(.badOverride, .commandLine, location, message, remedy: remedy)
}

/// One part of an override's path.
private enum OverridePart {
  case key(String)
  case index(Int)

  func location(in parent: JSONPath) -> JSONPath {
    switch self {
    case .key(let key): .key(parent, key)
    case .index(let index): .index(parent, index)
    }
  }

  /// What must stand there for the part to be possible.
  var container: String {
    switch self {
    case .key(let key): "an object to hold \(quoted(shortened(key)))"
    case .index(let index): "an array to hold [\(index)]"
    }
  }
}

/// A cursor over `path=value`.
private struct OverrideParser {
  private let text: String
  private var cursor: JSONParser

  init(_ text: String) {
    self.text = text
    cursor = JSONParser(Array(text.utf8), name: JSONNode.Origin.commandLine.name, hasLines: false)
  }

  /// Reads up to and including `=`.
  mutating func path() throws(ConfigurationError) -> [OverridePart] {
    var parts: [OverridePart] = []
    repeat {
      if cursor.take("[") {
        parts.append(try bracketed())
      } else {
        guard parts.isEmpty || cursor.take(".") else { throw malformed("'.', '[' or '='") }
        parts.append(.key(try word()))
      }
      guard parts.count < JSONNode.depthLimit else {
        throw malformed("fewer than \(JSONNode.depthLimit) parts")
      }
    } while !cursor.take("=")
    return parts
  }

  /// Reads the value: JSON, or else a bare word.
  func value(at location: JSONPath, depth: Int) throws(ConfigurationError) -> JSONNode {
    let bytes = Array(cursor.bytes[cursor.position...])
    guard let first = bytes.first(where: { $0 > 0x20 }) else {
      throw malformed("a value after '=' (\"\" is the empty string)")
    }
    var parser = JSONParser(bytes, name: cursor.name, hasLines: false)
    do throws(ConfigurationError) {
      return try parser.document(at: location, depth: depth)
    } catch {
      guard error.code == .syntax, !"{[\"".utf8.contains(first) else { throw error }
      let word = String(decoding: bytes, as: UTF8.self)
      return JSONNode(.string(word), origin: .commandLine, location: location)
    }
  }

  private mutating func word() throws(ConfigurationError) -> String {
    let start = cursor.position
    while let byte = cursor.byte, !".[]=\"".utf8.contains(byte) { cursor.position += 1 }
    guard cursor.position > start else { throw malformed("a key") }
    return String(decoding: cursor.bytes[start..<cursor.position], as: UTF8.self)
  }

  /// Reads `3]` or `"key"]`.
  private mutating func bracketed() throws(ConfigurationError) -> OverridePart {
    let part: OverridePart
    if cursor.byte == UInt8(ascii: "\"") {
      part = .key(try cursor.string(at: .root))
    } else {
      let digits = cursor.bytes[cursor.position...].prefix(while: isDigit)
      guard let index = Int(String(decoding: digits, as: UTF8.self)) else {
        throw malformed("an index or a quoted key after '['")
      }
      cursor.position += digits.count
      part = .index(index)
    }
    guard cursor.take("]") else { throw malformed("']'") }
    return part
  }

  private func malformed(_ expected: String) -> ConfigurationError {
    let found = cursor.byte.map(cursor.describe) ?? "the end"
    return overrideError(
      .root, "override \(quoted(shortened(text))): expected \(expected), found \(found)",
      remedy: "Write key=value, for example training.epochs=3")
  }
}

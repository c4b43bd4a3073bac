/// A JSON value that remembers where it stood.
///
/// Equality and hashing look at the value alone: positions are ignored, numbers are compared as they
/// would be printed (`3.0` equals `3`), and the order of an object's keys counts.
public struct JSONNode: Sendable {
  /// A value of one of JSON's six types.
  public enum Content: Sendable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A finite number and its spelling, which keeps integers beyond 2⁵³ exact.
    case number(Double, lexeme: String)
    /// A string, unescaped.
    case string(String)
    /// The elements in order.
    case array([JSONNode])
    /// The members in order; no key twice.
    case object([Member])
  }

  /// A key of an object, and its value.
  public struct Member: Sendable {
    /// The key, unescaped.
    public var key: String
    /// The value.
    public var value: JSONNode
    /// Where the key stood; the value may begin on a later line.
    public var origin: Origin

    /// Creates a member; without an origin, the key is taken to stand with its value.
    public init(key: String, value: JSONNode, origin: Origin? = nil) {
      self.key = key
      self.value = value
      self.origin = origin ?? value.origin
    }
  }

  /// Where a value came from.
  public struct Origin: Sendable, Hashable {
    /// A file name, or `command line`; nil for unnamed text and for values built in code.
    public var name: String?
    /// The line, counted from 1, if the origin is text with lines.
    public var line: Int?

    /// Creates an origin; without arguments, that of a value built in code.
    public init(name: String? = nil, line: Int? = nil) {
      self.name = name
      self.line = line
    }

    /// The origin of overrides.
    public static let commandLine = Origin(name: "command line")
    /// The origin of defaults once they take the place of a missing key.
    static let builtIn = Origin(name: "built-in default")
  }

  /// The value.
  public var content: Content
  /// Where the value came from.
  public var origin: Origin
  /// Where the value stands in its document.
  var location: JSONPath

  /// Where the value stands: `model.encoder[2].conv`; empty for the root.
  public var path: String { location.text }

  /// Creates the root of a document.
  public init(_ content: Content, origin: Origin = Origin()) {
    self.init(content, origin: origin, location: .root)
  }

  init(_ content: Content, origin: Origin, location: JSONPath) {
    self.content = content
    self.origin = origin
    self.location = location
  }

  /// The value of `key` if this is an object that has it.
  public subscript(key: String) -> JSONNode? {
    guard case .object(let members) = content else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The object with another value of a key, at its end if it has none.
  public func setting(_ key: String, to value: JSONNode) -> JSONNode {
    guard case .object(var members) = content else { return self }
    if let i = members.firstIndex(where: { $0.key == key }) {
      members[i].value = value
    } else {
      members.append(Member(key: key, value: value))
    }
    return JSONNode(.object(members), origin: origin, location: location)
  }

  /// Whether this is `null`.
  public var isNull: Bool {
    if case .null = content { true } else { false }
  }

  /// The same value standing at `location`, all of it from `origin`.
  func moved(to location: JSONPath, origin: Origin) -> JSONNode {
    var node = JSONNode(content, origin: origin, location: location)
    switch content {
    case .null, .bool, .number, .string: break
    case .array(let elements):
      node.content = .array(
        elements.enumerated().map { $1.moved(to: .index(location, $0), origin: origin) })
    case .object(let members):
      node.content = .object(
        members.map {
          Member(key: $0.key, value: $0.value.moved(to: .key(location, $0.key), origin: origin))
        })
    }
    return node
  }

  /// An error about this value: `expected …, found …`, with its path and line.
  ///
  /// - Parameters:
  ///   - found: What stands there; nil for the value itself, shortened.
  ///   - remedy: What the user can do about it.
  public func error(
    _ code: ConfigurationError.Code = .invalid, expected: String, found: String? = nil,
    remedy: String? = nil
  ) -> ConfigurationError {
    let found = shortened(found ?? displayed, to: found == nil ? .max : 60)
    return ConfigurationError(
      code, origin, location, "expected \(expected), found \(found)", remedy: remedy)
  }
}

extension JSONNode: Hashable {
  /// Whether both have the same value, wherever they stand.
  public static func == (a: JSONNode, b: JSONNode) -> Bool { a.content == b.content }

  /// Hashes the value, not the position.
  public func hash(into hasher: inout Hasher) { hasher.combine(content) }
}

extension JSONNode.Member: Hashable {
  /// Whether both have the same key and value, wherever they stand.
  public static func == (a: Self, b: Self) -> Bool { a.key == b.key && a.value == b.value }

  /// Hashes key and value, not the position.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(key)
    hasher.combine(value)
  }
}

extension JSONNode.Content: Hashable {
  /// Whether both print the same.
  public static func == (a: Self, b: Self) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a, let spelledA), .number(let b, let spelledB)):
      numberText(a, lexeme: spelledA) == numberText(b, lexeme: spelledB)
    case (.string(let a), .string(let b)): a == b
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }

  /// Hashes what would be printed.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let flag): hasher.combine(flag)
    case .number(let value, let lexeme): hasher.combine(numberText(value, lexeme: lexeme))
    case .string(let text): hasher.combine(text)
    case .array(let elements): hasher.combine(elements)
    case .object(let members): hasher.combine(members)
    }
  }
}

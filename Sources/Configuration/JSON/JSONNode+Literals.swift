/// Values for defaults and for resolved configurations, built in code.
extension JSONNode {
  /// `null`
  public static let null = JSONNode(.null)

  /// `true` or `false`.
  public static func bool(_ flag: Bool) -> JSONNode { JSONNode(.bool(flag)) }

  /// An integer.
  public static func int(_ value: Int) -> JSONNode {
    JSONNode(.number(Double(value), lexeme: String(value)))
  }

  /// A number, printed as the shortest decimal that reads back as the same `Double`.
  ///
  /// - Precondition: `value` is finite; JSON has no other numbers.
  public static func number(_ value: Double) -> JSONNode {
    precondition(value.isFinite, "JSONNode.number: JSON has no \(value)")
    return JSONNode(.number(value, lexeme: shortestText(value)))
  }

  /// A string.
  public static func string(_ text: String) -> JSONNode { JSONNode(.string(text)) }

  /// An array; the elements' paths are those inside it.
  public static func array(_ elements: [JSONNode]) -> JSONNode {
    JSONNode(.array(elements)).moved(to: .root, origin: Origin())
  }

  /// An object with its keys in this order; the values' paths are those inside it.
  ///
  /// - Precondition: No key stands there twice.
  public static func object(_ members: [(String, JSONNode)]) -> JSONNode {
    var seen: Set<String> = []
    for (key, _) in members {
      precondition(seen.insert(key).inserted, "JSONNode.object: key \(quoted(key)) stands twice")
    }
    return JSONNode(.object(members.map { Member(key: $0, value: $1) }))
      .moved(to: .root, origin: Origin())
  }
}

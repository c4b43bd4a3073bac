extension JSONNode {
  /// The value as JSON text, the same for equal values on every machine.
  ///
  /// Integral numbers have no `.0`, other numbers are the shortest decimals that read back as the same
  /// `Double`, keys keep their order.
  ///
  /// - Parameter pretty: Indents by two spaces and keeps an array or object on one line if it ends
  ///   within 88 columns. Otherwise there is no white space at all.
  /// - Returns: The text, without a line break at its end.
  public func text(pretty: Bool = true) -> String {
    var out = ""
    if pretty {
      printIndented(into: &out, depth: 0, column: 0)
    } else {
      printCompact(into: &out)
    }
    return out
  }

  /// The value in an error message, at most about 60 characters long.
  var displayed: String {
    switch content {
    case .null, .bool: text(pretty: false)
    case .number(_, let lexeme): shortened(lexeme)
    case .string(let string): "the string " + quoted(shortened(string))
    case .array: "the array " + shortened(oneLine(within: 100) ?? "[…]")
    case .object: "the object " + shortened(oneLine(within: 100) ?? "{…}")
    }
  }

  private func printCompact(into out: inout String) {
    switch content {
    case .null: out += "null"
    case .bool(let flag): out += flag ? "true" : "false"
    case .number(let value, let lexeme): out += numberText(value, lexeme: lexeme)
    case .string(let string): out += quoted(string)
    case .array(let elements):
      out += "["
      for (i, element) in elements.enumerated() {
        if i > 0 { out += "," }
        element.printCompact(into: &out)
      }
      out += "]"
    case .object(let members):
      out += "{"
      for (i, member) in members.enumerated() {
        out += (i > 0 ? "," : "") + quoted(member.key) + ":"
        member.value.printCompact(into: &out)
      }
      out += "}"
    }
  }

  /// Prints from `column` on, leaving one column for a comma.
  private func printIndented(into out: inout String, depth: Int, column: Int) {
    if let line = oneLine(within: 87 - column) {
      out += line
      return
    }
    let margin = String(repeating: "  ", count: depth + 1)
    switch content {
    case .null, .bool, .number, .string: printCompact(into: &out)
    case .array(let elements):
      out += "["
      for (i, element) in elements.enumerated() {
        out += (i > 0 ? ",\n" : "\n") + margin
        element.printIndented(into: &out, depth: depth + 1, column: margin.count)
      }
      out += "\n" + margin.dropLast(2) + "]"
    case .object(let members):
      out += "{"
      for (i, member) in members.enumerated() {
        let key = quoted(member.key) + ": "
        out += (i > 0 ? ",\n" : "\n") + margin + key
        let column = margin.count + key.unicodeScalars.count
        member.value.printIndented(into: &out, depth: depth + 1, column: column)
      }
      out += "\n" + margin.dropLast(2) + "}"
    }
  }

  /// The value on one line, or nil if that needs more than `limit` columns.
  private func oneLine(within limit: Int) -> String? {
    var out = ""
    var left = limit
    return printLine(into: &out, left: &left) ? out : nil
  }

  /// Prints while columns are `left`; false as soon as they are used up, so long values cost little.
  private func printLine(into out: inout String, left: inout Int) -> Bool {
    func put(_ text: String) -> Bool {
      out += text
      left -= text.unicodeScalars.count
      return left >= 0
    }
    switch content {
    case .null, .bool, .number, .string: return put(text(pretty: false))
    case .array(let elements):
      guard put("[") else { return false }
      for (i, element) in elements.enumerated() {
        guard put(i > 0 ? ", " : ""), element.printLine(into: &out, left: &left) else {
          return false
        }
      }
      return put("]")
    case .object(let members):
      guard put(members.isEmpty ? "{" : "{ ") else { return false }
      for (i, member) in members.enumerated() {
        guard put((i > 0 ? ", " : "") + quoted(member.key) + ": "),
          member.value.printLine(into: &out, left: &left)
        else { return false }
      }
      return put(members.isEmpty ? "}" : " }")
    }
  }
}

/// The one spelling of a number: an integer as it was written, anything else in the shortest way.
func numberText(_ value: Double, lexeme: String) -> String {
  let isInteger = !lexeme.utf8.contains { ".eE".utf8.contains($0) }
  return isInteger && value != 0 ? lexeme : shortestText(value)
}

/// The shortest decimal that reads back as `value`, without `.0`; negative zero keeps its sign.
func shortestText(_ value: Double) -> String {
  if value == 0 { return value.sign == .minus ? "-0.0" : "0" }
  let text = value.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

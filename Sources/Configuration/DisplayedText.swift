/// `text` cut to `limit` Unicode scalars; a cut is marked by an ellipsis.
func shortened(_ text: String, to limit: Int = 60) -> String {
  var scalars = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    guard scalars.count < limit else { return String(scalars) + "…" }
    scalars.append(scalar)
  }
  return text
}

/// `text` without scalars that could move a terminal's cursor, break the line or reorder it.
func escaped(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
  var result = ""
  for scalar in text.unicodeScalars {
    if isUnprintable(scalar) {
      result += "\\u" + hexadecimal(scalar.value)
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// `text` in one line that cannot steer a terminal: controls, line ends and marks of direction are
/// written as their code points.
public func printable(_ text: String) -> String { escaped(text) }

/// `text` as a JSON string in its quotes.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case _ where isUnprintable(scalar): result += "\\u" + hexadecimal(scalar.value)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

/// Controls, line separators and bidirectional marks; all of them have at most four hex digits.
private func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
    true
  default: false
  }
}

/// `value` in four lower-case hex digits.
func hexadecimal(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}

extension ObjectDescription {
  /// A page in Markdown with the tables of keys that it asks for, made anew:
  ///
  ///     <!-- keys of training.optimizer -->
  ///     (table)
  ///     <!-- end of keys -->
  ///
  /// `keys of all` is the table of the outermost object. Keys of nested objects stand in the table around them, unless
  /// the page asks for a table of their own.
  ///
  /// - Throws: `PageError` where a path names no object or choice, or a table has no end.
  package func page(_ text: String) throws(PageError) -> String {
    let markers = text.matches(of: Self.marker)
    let paths = Set(markers.map { String($0.path) })
    var result = ""
    var rest = text.startIndex
    for marker in markers {
      guard let end = text[marker.range.upperBound...].firstRange(of: Self.end) else {
        throw PageError(path: String(marker.path), reason: "its table has no end: \(Self.end)")
      }
      let made = try table(at: String(marker.path), apartFrom: paths)
      result += text[rest..<marker.range.upperBound] + "\n\(made)\n" + Self.end
      rest = end.upperBound
    }
    return result + text[rest...]
  }

  private static var marker: Regex<(Substring, path: Substring)> {
    /<!-- keys of (?<path>[^ ]+) -->/
  }
  private static let end = "<!-- end of keys -->"

  private func table(at path: String, apartFrom others: Set<String>) throws(PageError) -> String {
    if path == "all" { return table(rows(prefix: "", path: "", apartFrom: others)) }
    guard let kind = key(at: path)?.kind else {
      throw PageError(path: path, reason: "no key declares it")
    }
    if let choice = kind.choice { return choice.table }
    guard let object = kind.object else {
      throw PageError(path: path, reason: "it holds neither keys nor choices")
    }
    return table(object.rows(prefix: "", path: path, apartFrom: others))
  }

  private func table(_ rows: [[String]]) -> String {
    lines(["key", "value", "default", "meaning", "a change on resume"], rows)
  }

  /// A row for each key; those of objects inside with the way to them.
  private func rows(
    prefix: String, path: String, apartFrom others: Set<String>
  ) -> [[String]] {
    keys.flatMap { key in
      let place = path.isEmpty ? key.name : "\(path).\(key.name)"
      let row = [
        "`\(prefix)\(key.name)`", key.valueText, key.defaultText, key.meaning, key.effect.words,
      ]
      guard let object = key.kind.object, !others.contains(place) else { return [row] }
      return [row]
        + object.rows(
          prefix: "\(prefix)\(key.name)\(key.kind.inset).", path: place, apartFrom: others)
    }
  }
}

extension ChoiceDescription {
  /// A row for each that can be chosen, and one for each of its options; first those that all of them have.
  fileprivate var table: String {
    let options = alternatives.map(\.options.keys)
    let common = options.dropFirst().reduce(options.first ?? []) { $0.filter($1.contains) }
    let shared = options.count > 1 ? common : []
    let rows = alternatives.enumerated().flatMap { index, entry in
      [["`\(entry.name)`", "", "", "", entry.meaning]]
        + optionRows(
          entry.options.keys.filter { !shared.contains($0) }, after: alternatives[..<index])
    }
    return lines(
      ["choice", "option", "value", "default", "meaning"],
      shared.map { $0.row(of: "each") } + rows)
  }

  /// A row for each option; but one for all that the first relative among those before has too, where these are several.
  private func optionRows(
    _ keys: [KeyDeclaration], after others: ArraySlice<Entry>
  ) -> [[String]] {
    let common = others.lazy.map { other in
      (of: other.name, keys: keys.filter(other.options.keys.contains))
    }.first { $0.keys.count > 1 }
    guard let common else { return keys.map { $0.row(of: "") } }
    let names = common.keys.map { "`\($0.name)`" }.joined(separator: ", ")
    return [["", names, "", "", "As of `\(common.of)`."]]
      + keys.filter { !common.keys.contains($0) }.map { $0.row(of: "") }
  }
}

/// A table in a page that cannot be made.
package struct PageError: Error, CustomStringConvertible {
  var path: String
  var reason: String
  /// One line.
  package var description: String { "table of the keys of \(path): \(reason)" }
}

/// A table in Markdown.
private func lines(_ head: [String], _ rows: [[String]]) -> String {
  let rule = "|" + String(repeating: "---|", count: head.count)
  let text = ([head] + rows).map { row in
    "| " + row.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }
  return ([text[0], rule] + text.dropFirst()).joined(separator: "\n")
}

extension KeyDeclaration {
  /// The row of an option.
  fileprivate func row(of choice: String) -> [String] {
    [choice, "`\(name)`", valueText, defaultText, meaning]
  }

  /// What may stand there.
  package var valueText: String { kind.text + (mayBeNull ? " or null" : "") }

  /// What counts where it is missing.
  package var defaultText: String {
    let usual = absence.text
    return exception.map { "\(usual); \($0.absence.text) with `\($0.key)`" } ?? usual
  }
}

extension KeyDeclaration.Absence {
  fileprivate var text: String {
    switch self {
    case .required: "required"
    case .nothing: "absent"
    case .outer: "the section's"
    case .usual(let node):
      switch node.content {
      case .string(let word): "`\(word)`"
      case .null: "null"
      case .bool, .number, .array, .object: "`\(node.text())`"
      }
    }
  }
}

extension ValueKind {
  /// What stands between the key and those of its elements.
  fileprivate var inset: String {
    if case .map = self { ".NAME" } else { "" }
  }

  fileprivate var text: String {
    switch self {
    case .integer(let range): "integer" + range.text
    case .number(let bounds): "number" + bounds.text
    case .boolean: "true or false"
    case .string: "string"
    case .word(let names): names.map { "`\($0)`" }.joined(separator: " or ")
    case .object: "object"
    case .choice: "choice"
    case .array(let element): "array of \(element.text)s"
    case .map(let element): "by name: \(element.text)"
    case .either(let first, let second): "\(first.text), or \(second.text)"
    }
  }
}

extension ClosedRange<Int> {
  /// The bounds that do bound, with a space before them.
  fileprivate var text: String {
    switch (lowerBound > .min, upperBound < .max) {
    case (true, true): " \(lowerBound)…\(upperBound)"
    case (true, false): " ≥ \(lowerBound)"
    case (false, true): " ≤ \(upperBound)"
    case (false, false): ""
    }
  }
}

extension NumberBounds {
  /// The bounds, with a space before them.
  fileprivate var text: String {
    let (lower, upper) = (range?.lowerBound ?? -.infinity, range?.upperBound ?? .infinity)
    if above == nil, below == nil, lower.isFinite, upper.isFinite {
      return " \(shortestText(lower))…\(shortestText(upper))"
    }
    var parts: [String] = []
    if let above {
      parts.append("> \(shortestText(above))")
    } else if lower.isFinite {
      parts.append("≥ \(shortestText(lower))")
    }
    if let below {
      parts.append("< \(shortestText(below))")
    } else if upper.isFinite {
      parts.append("≤ \(shortestText(upper))")
    }
    return parts.isEmpty ? "" : " " + parts.joined(separator: " and ")
  }
}

extension Inspection {
  /// The inspection for a reader. What a file calls its objects is in the lines as it is: whoever shows
  /// them on a terminal escapes what could steer it, line ends too.
  public var lines: [String] {
    var lines = [file]
    for entry in entries { lines += entry.lines }
    if entries.isEmpty { lines.append("  nothing in it") }
    lines.append("")
    lines.append(advice)
    return lines
  }

  private var advice: String {
    guard let data else { return "Nothing here that vae-dp can train on." }
    func quoted(_ text: String) -> String { "\"\(JSONText.escaped(text))\"" }
    let keys = data.keys.map { key, part in
      let value =
        part.labels.map {
          "{ \"dataset\": \(quoted(part.dataset)), \"labels\": \(quoted($0)) }"
        } ?? quoted(part.dataset)
      return "\"\(key)\": \(value)"
    }
    return "To train on it: \"data\": { "
      + (["\"file\": \(quoted(file))"] + keys).joined(separator: ", ") + " }"
  }
}

extension Inspection.Entry {
  fileprivate var lines: [String] {
    guard kind == "dataset" else {
      return ["  \(path)  (\(kind))"] + attributeLines + exampleLines
    }
    let extents = shape.map { "[\($0.map(String.init).joined(separator: ", "))] " } ?? ""
    var head = "  \(path)  \(extents)\(type ?? "unreadable")"
    if let chunkRows { head += ", chunks of \(chunkRows) rows" }
    if let filters, !filters.isEmpty { head += ", " + filters.joined(separator: " + ") }
    var lines = [head] + attributeLines
    if let values, values.rows > 0 {
      let part = values.rows == shape?.first ? "" : " in the first \(values.rows) rows"
      let bad = [(values.missing, "NaN"), (values.notFinite - values.missing, "infinite")]
        .filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
      lines.append(
        "    \(short(values.minimum)) to \(short(values.maximum)), mean \(short(values.mean))"
          + bad + part)
      if classes == nil, let histogram = values.histogram {
        lines.append("    ▕\(histogram.text)▏")
      }
    }
    if let classes { lines.append("    \(classes.text)") }
    return lines + exampleLines
  }

  private var exampleLines: [String] {
    var lines: [String] = []
    if let exampleShape, let count = exampleCount {
      lines.append("    \(count) examples of shape \(exampleShape)")
    }
    for remark in [note, problem].compactMap({ $0 }) { lines.append("    \(remark)") }
    return lines
  }

  private var attributeLines: [String] {
    attributes.sorted { $0.key < $1.key }.map { "    \($0.key) = \($0.value.prefix(200))" }
  }

  /// A number to four places.
  private func short(_ value: Double) -> String {
    guard abs(value) < 1e9 else { return "\(value)" }
    let rounded = (value * 10_000).rounded() / 10_000
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}

/// Text inside the quotes of a JSON string.
private enum JSONText {
  static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }
}

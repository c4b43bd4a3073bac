internal import Configuration

extension Importing {
  /// All formats with their options, for a reader.
  public static var guide: String {
    formats.map { format in
      let keys = ObjectDescription(of: format.alternative.read).keys
      let options = keys.map { key in
        "    \(key.name)=\(key.defaultText)  (\(key.valueText)) \(key.meaning)"
      }
      return (["\(format.name): \(format.meaning)"] + options).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }
}

/// Numbers with a unit.
extension ObjectReader {
  /// Reads an amount of memory that may be null: `"2GB"`, `"512 MiB"`; units of 1000 are kB, MB, GB, TB, those of 1024 have an
  /// i in them.
  ///
  /// - Returns: bytes.
  /// - Throws: `wrongType` or `outOfRange`.
  public mutating func byteCount(
    _ key: String, onChange effect: ChangeEffect? = nil, _ meaning: String
  ) throws(ConfigurationError) -> Int? {
    let text = try optionalString(key, onChange: effect, meaning)
    guard let text else { return nil }
    if let bytes = Self.bytes(of: text) { return bytes }
    throw error(
      key, expected: "an amount of memory such as \"2GB\" or \"512 MiB\"",
      found: "\"\(text)\"")
  }

  private static let units: [String: Double] = [
    "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 1024, "mib": 1_048_576,
    "gib": 1_073_741_824, "tib": 1_099_511_627_776,
  ]

  private static func bytes(of text: String) -> Int? {
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let unit = text[digits.endIndex...].drop { $0 == " " }.lowercased()
    guard let amount = Double(digits), let factor = units[unit] else { return nil }
    let bytes = amount * factor
    return bytes >= 1 && bytes <= 1e15 ? Int(bytes) : nil
  }
}

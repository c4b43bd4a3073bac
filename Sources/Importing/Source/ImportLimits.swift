/// What is taken at most: a file that asks for more is damaged, or nothing to train on.
enum ImportLimits {
  /// Numbers of an example, where a whole one has to be held.
  static let rowElements = 1 << 24
  /// Classes of a field.
  static let classes = 65_536
}

extension ImportSource {
  /// An error about an example of too many numbers.
  func rowTooLong(_ count: Int, at place: String = "") -> ImportError {
    problem(
      .unsupported, at: place, "examples of at most \(ImportLimits.rowElements) numbers",
      "\(count)",
      "Cut them into parts.")
  }
}

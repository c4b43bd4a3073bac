package import Configuration

/// A choice on one of a model's axes, as a configuration names it.
package protocol ModelChoice: Sendable {
  /// The word that names the choice.
  static var key: String { get }
  /// What it is, in one or several sentences, with its source.
  static var meaning: String { get }
  /// Reads the choice's options.
  init(reading options: inout ObjectReader) throws(ConfigurationError)
}

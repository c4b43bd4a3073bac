public import Configuration

/// A form in which other programs keep examples.
///
/// An importer is one file, with a type that conforms, and one line in `Importing.formats`. Its keys are what a user may set
/// on the command line: the line that reads a key declares it.
public protocol Importer: Sendable {
  /// What users call the format: `csv`.
  static var name: String { get }
  /// What is read and what is written, in one or two sentences.
  static var meaning: String { get }
  /// Whether something looks like it, by its name and first bytes alone.
  static func recognises(_ source: ImportSource) -> Bool
  /// Reads the options.
  init(reading reader: inout ObjectReader) throws(ConfigurationError)
  /// Reads a source from beginning to end.
  ///
  /// - Throws: `ImportError` for what is wrong with the source, naming file, place and remedy; what `progress` and `output`
  ///   throw.
  func read(_ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress) throws
}

extension Importer {
  static var alternative: Alternative<any Importer> {
    Alternative(name, meaning) { (reader) throws(ConfigurationError) in try Self(reading: &reader) }
  }
}

/// A data set that cannot be read, converted or made.
public struct DatasetError: Error, CustomStringConvertible, Sendable {
  /// What callers may branch on.
  public enum Code: Hashable, Sendable {
    /// A file that is not there.
    case missingFile
    /// A file that would be overwritten.
    case alreadyExists
    /// Extents that are no examples or labels.
    case wrongShape
    /// Elements of a type that is not taken in.
    case wrongType
    /// Chunks that the file does not hold.
    case incomplete
    /// Nothing to train on.
    case empty
    /// A layout or scale that is not understood.
    case wrongAttribute
    /// Data whose axes could be read in two ways.
    case ambiguousLayout
    /// A value that is NaN or infinite.
    case notFinite
    /// A value that the likelihood does not describe.
    case unsupportedValue
    /// A file that breaks its format.
    case malformed
    /// More data than the machine's memory holds.
    case tooLarge
    /// A failure of the operating system.
    case inputOutput
  }

  /// What went wrong, for `switch`.
  public var code: Code
  /// The file.
  public var file: String
  /// The culprit inside the file; may be empty.
  public var object: String
  /// What was needed there.
  public var expected: String
  /// What is there.
  public var found: String
  /// What the reader can do about it, as a full sentence.
  public var remedy: String

  /// An error with all its parts.
  public init(
    code: Code, file: String, object: String, expected: String, found: String, remedy: String
  ) {
    (self.code, self.file, self.object) = (code, file, object)
    (self.expected, self.found, self.remedy) = (expected, found, remedy)
  }

  /// One line: where, what, why, and what to do.
  public var description: String {
    let place = object.isEmpty ? file : "\(file): \(object)"
    return "\(place): \(code): expected \(expected), found \(found). \(remedy)"
  }
}

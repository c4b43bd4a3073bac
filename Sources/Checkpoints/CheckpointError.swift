package import Configuration
internal import Files
internal import HDF5
package import Training

/// A checkpoint that cannot be written, read or trusted.
public struct CheckpointError: Error, CustomStringConvertible, Sendable {
  /// What callers may branch on.
  public enum Code: Hashable, Sendable {
    /// A file that the manifest lists, or that was asked for, is not there.
    case missingFile
    /// HDF5 or JSON, but not what this program writes.
    case notACheckpoint
    /// Written by a newer program.
    case unsupportedVersion
    /// The bytes are not those that were saved.
    case checksumMismatch
    /// The content breaks the format.
    case damaged
    /// Nothing of this name is in the file.
    case missingObject
    /// Elements of another type.
    case typeMismatch
    /// Extents that do not fit.
    case shapeMismatch
    /// A name that a file cannot hold, or two of the same.
    case invalidName
    /// A parameter, statistic or state that is infinite or no number; never saved, and never taken up.
    case notFinite
    /// There are checkpoints, and none can be used.
    case noneUsable
    /// A failure of the operating system or of libhdf5.
    case inputOutput
  }

  /// What went wrong, for `switch`.
  public var code: Code
  /// The file and the culprit inside it: `checkpoints/best.h5: /parameters/encoder.mean.weight`.
  public var object: String
  /// What was needed there.
  public var expected: String
  /// What is there.
  public var found: String
  /// What the reader can do about it, as a full sentence.
  public var remedy: String
  /// The lower-level error, with its own code.
  public var cause: (any Error)?

  /// An error.
  public init(
    code: Code, object: String, expected: String, found: String, remedy: String,
    cause: (any Error)? = nil
  ) {
    (self.code, self.object, self.expected) = (code, object, expected)
    (self.found, self.remedy, self.cause) = (found, remedy, cause)
  }

  /// One line: where, what, why, and what to do.
  public var description: String {
    "\(object): \(code): expected \(expected), found \(found). \(remedy)"
      .replacing("\n", with: " ")
  }
}

extension CheckpointError {
  /// What the lower-level `error` means for the checkpoint at `path`.
  ///
  /// - Parameter isReading: Whether bytes in memory were parsed, so that every failure is theirs.
  init(_ error: any Error, at path: String, isReading: Bool) {
    switch error {
    case let error as CheckpointError: self = error
    case let error as IOFailure: self.init(error)
    case let error as HDF5Error: self.init(error, isReading: isReading)
    default:
      self.init(
        code: .inputOutput, object: path, expected: "no failure", found: "\(error)",
        remedy: "Check the disk.", cause: error)
    }
  }

  /// A value in a checkpoint that no training saves.
  package init(
    _ code: Code, _ object: String, expected: String, found: String, cause: (any Error)? = nil
  ) {
    self.init(
      code: code, object: object, expected: expected, found: found,
      remedy: "Use another checkpoint.", cause: cause)
  }

  /// A value in `/configuration` of a file that cannot be read.
  package init(_ error: ConfigurationError, file: String) {
    self.init(
      .damaged, "\(file): /configuration", expected: "a configuration of this version",
      found: "\(error)", cause: error)
  }

  /// A value in `/state` of a file that no training saves.
  package init(_ error: StateError, file: String) {
    let key = error.key.isEmpty ? "" : " \(error.key)"
    self.init(
      .damaged, "\(file): /state\(key)", expected: error.expected, found: error.found, cause: error)
  }

  init(_ failure: IOFailure) {
    self.init(
      code: failure.isMissing ? .missingFile : .inputOutput, object: failure.path,
      expected: "to \(failure.operation) it", found: failure.reason, remedy: failure.remedy,
      cause: failure)
  }

  private init(_ error: HDF5Error, isReading: Bool) {
    let code: Code =
      switch error.code {
      case .missingObject: .missingObject
      case .wrongType: .typeMismatch
      case .wrongShape: .shapeMismatch
      case .wrongKind, .refused, .notHDF5, .newerFormat, .crash, .tookTooLong: .damaged
      case .inputOutput, .cannotOpen, .alreadyExists, .closed:
        isReading ? .damaged : .inputOutput
      }
    self.init(
      code: code, object: error.object.isEmpty ? error.file : "\(error.file): \(error.object)",
      expected: error.expected,
      found: error.detail.isEmpty ? error.found : "\(error.found) [\(error.detail)]",
      remedy: isReading ? "Use another checkpoint." : error.remedy, cause: error)
  }

  /// What was just written reads as something else.
  static func readBack(_ path: String, _ difference: String) -> CheckpointError {
    CheckpointError(
      code: .inputOutput, object: path, expected: "to read back what was written",
      found: "a difference in \(difference)",
      remedy: "Check the free space, the disk and the memory of this machine.")
  }
}

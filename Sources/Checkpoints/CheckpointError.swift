package import Configuration
internal import Files
internal import HDF5
@_exported public import Problems
package import Training

/// A checkpoint that cannot be written, read or trusted; its object is inside the file: `/parameters/encoder.mean.weight`.
public typealias CheckpointError = Problem<CheckpointFault>

/// What is wrong with a checkpoint.
public enum CheckpointFault: Fault {
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
        .inputOutput, path, expected: "no failure", found: "\(error)",
        remedy: "Check the disk.", cause: error)
    }
  }

  /// A file, or an object in it, that is not as a training saves it.
  package init(
    _ code: Code, _ file: String, _ object: String = "", expected: String, found: String,
    remedy: String = "Use another checkpoint.", cause: (any Error)? = nil
  ) {
    self.init(
      code: code, file: file, object: object, expected: expected, found: found, remedy: remedy,
      cause: cause)
  }

  /// A value in `/configuration` of a file that cannot be read.
  package init(_ error: ConfigurationError, file: String) {
    self.init(
      .damaged, file, "/configuration", expected: "a configuration of this version",
      found: "\(error)", cause: error)
  }

  /// A value in `/state` of a file that no training saves.
  package init(_ error: SnapshotError, file: String) {
    let key = error.object.isEmpty ? "" : " \(error.object)"
    self.init(
      .damaged, file, "/state\(key)", expected: error.expected, found: error.found, cause: error)
  }

  init(_ failure: IOFailure) {
    self.init(
      failure.isMissing ? .missingFile : .inputOutput, failure.path,
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
      code: code, file: error.file, object: error.object, expected: error.expected,
      found: error.found, remedy: isReading ? "Use another checkpoint." : error.remedy,
      detail: error.detail, cause: error)
  }

  /// What was just written reads as something else.
  static func readBack(_ path: String, _ difference: String) -> CheckpointError {
    CheckpointError(
      .inputOutput, path, expected: "to read back what was written",
      found: "a difference in \(difference)",
      remedy: "Check the free space, the disk and the memory of this machine.")
  }
}

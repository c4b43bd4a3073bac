@_exported public import Problems

/// Something that cannot be imported.
public typealias ImportError = Problem<ImportFault>

/// What is wrong with what is to be imported.
public enum ImportFault: Fault {
  /// A file or folder that is not there.
  case missingFile
  /// No importer knows it.
  case unknownFormat
  /// It breaks its format.
  case malformed
  /// It keeps to its format, and holds what cannot be taken in.
  case unsupported
  /// Its parts do not fit each other.
  case mismatch
  /// Nothing to train on.
  case empty
  /// More than the machine's memory holds.
  case tooLarge
  /// A failure of the operating system.
  case inputOutput
}

@_exported public import Problems

/// A data set that cannot be read, converted or made.
public typealias DatasetError = Problem<DatasetFault>

/// What is wrong with a data set.
public enum DatasetFault: Fault {
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

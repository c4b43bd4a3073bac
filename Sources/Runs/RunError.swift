@_exported public import Problems

/// A run that cannot be started, continued or used.
public typealias RunError = Problem<RunFault>

/// What stands in the way of a run.
public enum RunFault: Fault {
  /// Another process trains in the folder.
  case busy
  /// A file or folder that cannot be made.
  case cannotCreate
  /// Something is there that would be lost.
  case exists
  /// A checkpoint of another configuration.
  case changedConfiguration
  /// A file, a folder or a checkpoint that is not there.
  case missing
  /// A split that the configuration does not have.
  case noSplit
  /// A field that the model does not read, or a value that the field does not have.
  case wrongField
  /// More than the machine's memory holds.
  case tooLarge
  /// Nil: what was expected and found says it.
  public var word: String? { nil }
}

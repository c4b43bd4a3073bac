@_exported public import Problems

/// Something that cannot be fetched.
public typealias DownloadError = Problem<DownloadFault>

/// What is wrong with what is to be fetched.
public enum DownloadFault: Fault {
  /// The program that fetches is not installed.
  case noProgram
  /// The address does not answer, or refuses.
  case unreachable
  /// It has another hash than the one that is known.
  case wrongContent
  /// A failure of the operating system.
  case inputOutput
}

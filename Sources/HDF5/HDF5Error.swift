@_exported public import Problems

/// A file, or an object in one, that cannot be read or written as asked; `detail` has the innermost and outermost entries of
/// the library's error stack.
public typealias HDF5Error = Problem<HDF5Fault>

/// What is wrong with a file, or an object in one.
public enum HDF5Fault: String, Fault, Codable {
  /// The file does not exist or may not be opened.
  case cannotOpen
  /// The file is there, but is not HDF5 or is damaged.
  case notHDF5
  /// `create` found a file, or a write found an object, of this name.
  case alreadyExists
  /// A newer HDF5 wrote the file, or the object, in a version of the format that this one does not
  /// know.
  case newerFormat
  /// Nothing of this name is in the file.
  case missingObject
  /// A group where a dataset is needed, or the reverse.
  case wrongKind
  /// The stored element type does not fit the one asked for.
  case wrongType
  /// The stored extents do not fit the ones asked for.
  case wrongShape
  /// Content that this program does not follow: external data, virtual data, absurd sizes.
  case refused
  /// libhdf5 or the operating system reported a failure.
  case inputOutput
  /// libhdf5 crashed over the file; a child process met with that.
  case crash
  /// A child process that opened the file first was ended, because it took too long.
  case tookTooLong
  /// The file was closed before this call.
  case closed
}

extension HDF5Error {
  /// Whether the operating system failed (a disk, the memory), and not the file's content.
  public var isSystemFailure: Bool { code == .inputOutput && detail.contains("errno = ") }
}

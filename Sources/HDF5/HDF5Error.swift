/// A file, or an object in one, that cannot be read or written as asked.
public struct HDF5Error: Error, CustomStringConvertible, Sendable {
  /// What callers may branch on.
  public enum Code: Hashable, Sendable {
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

  /// What went wrong, for `switch`.
  public var code: Code
  /// Path of the file, or the name given to an image.
  public var file: String
  /// Path of the culprit inside the file.
  public var object: String
  /// What was needed there.
  public var expected: String
  /// What is there.
  public var found: String
  /// What the reader can do about it, as a full sentence.
  public var remedy: String
  /// The innermost and outermost entries of the library's error stack, or empty.
  public var detail: String

  /// An error that no call of the library led to, or with the library's account of it as `detail`.
  package init(
    _ code: Code, file: String, object: String = "", expected: String, found: String,
    remedy: String,
    detail: String = ""
  ) {
    (self.code, self.file, self.object) = (code, file, object)
    (self.expected, self.found, self.remedy) = (expected, found, remedy)
    self.detail = detail
  }

  /// Whether the operating system failed (a disk, the memory), and not the file's content.
  public var isSystemFailure: Bool { code == .inputOutput && detail.contains("errno = ") }

  /// One line: where, what, why, and what to do.
  public var description: String {
    let place = object.isEmpty ? file : "\(file): \(object)"
    let cause = detail.isEmpty ? "" : " [\(detail)]"
    return "\(place): \(code): expected \(expected), found \(found). \(remedy)\(cause)"
      .replacing("\n", with: " ")
  }
}

internal import Glibc

/// An operation of the file system that did not succeed.
public struct IOFailure: Error, Hashable, CustomStringConvertible, Sendable {
  /// What was attempted, to complete "could not …": `rename`, `synchronise`.
  public var operation: String
  /// The file or folder.
  public var path: String
  /// The system's error number.
  public var errorNumber: Int32
  /// What has the name instead of a file of the program's own, `a symbolic link`; nil where that is not
  /// the reason.
  public var obstacle: String?

  /// A failure.
  public init(operation: String, path: String, errorNumber: Int32, obstacle: String? = nil) {
    (self.operation, self.path, self.errorNumber) = (operation, path, errorNumber)
    self.obstacle = obstacle
  }

  /// The obstacle, or the system's text for the error number.
  public var reason: String {
    if let obstacle { return "\(obstacle) in its place" }
    return unsafe strerror(errorNumber).map { unsafe String(cString: $0) } ?? "error \(errorNumber)"
  }

  /// Whether the file or folder is simply not there.
  public var isMissing: Bool {
    obstacle == nil && (errorNumber == ENOENT || errorNumber == ENOTDIR)
  }

  /// Whether the file system knows no such operation, as FAT knows no symbolic links.
  public var isUnsupported: Bool { [EPERM, EOPNOTSUPP, ENOSYS].contains(errorNumber) }

  /// What the reader can do about it, as a full sentence.
  public var remedy: String {
    if obstacle != nil { return "Remove it: what lies in a run folder is never followed." }
    return switch errorNumber {
    case ENOSPC, EDQUOT: "Free some space on this disk."
    case EACCES, EPERM, EROFS: "Make the folder writable, or choose another."
    case ENOENT, ENOTDIR: "Check the path."
    case EMFILE, ENFILE: "Raise the limit of open files."
    case ENOMEM: "Free some memory, or remove the file if it is not what it should be."
    default: "Check the disk and the system's log."
    }
  }

  /// One line: what, where, why.
  public var description: String { "\(path): could not \(operation): \(reason). \(remedy)" }
}

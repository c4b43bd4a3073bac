internal import Glibc
internal import Host

/// The file system of this machine; calls that a signal interrupts are repeated.
///
/// What has a file's name may be somebody else's doing: a symbolic link is not followed, a file with a
/// second name elsewhere is not written, and a pipe, device, socket or folder is not opened. The folders
/// on the way are the caller's to choose (`createOwnFolder`).
public struct LocalFileSystem: FileSystem {
  /// The file system.
  public init() {}

  /// Lets `write` make the file.
  public func createFile(_ path: String, by write: (_ path: String) throws -> Void) throws {
    try write(path)
  }

  /// Writes a file, replacing a plain one that is there.
  public func write(_ bytes: [UInt8], to path: String) throws(IOFailure) {
    let descriptor = try open(path, O_WRONLY | O_CREAT, to: "create")
    try finishing(descriptor, path) { () throws(IOFailure) in
      try call("empty", path) { ftruncate(descriptor, 0) }
      try write(bytes, descriptor, path)
    }
  }

  /// Adds to the end of a file that is there.
  package func append(_ bytes: [UInt8], to path: String) throws(IOFailure) {
    let descriptor = try open(path, O_WRONLY | O_APPEND, to: "append to")
    try finishing(descriptor, path) { () throws(IOFailure) in try write(bytes, descriptor, path) }
  }

  /// A descriptor of a file to read and write, made where there is none; the caller closes it.
  package func openToUpdate(_ path: String) throws(IOFailure) -> Int32 {
    try open(path, O_RDWR | O_CREAT, to: "open")
  }

  /// The bytes of a plain file.
  public func read(_ path: String) throws(IOFailure) -> [UInt8] {
    let descriptor = try open(path, O_RDONLY, to: "open")
    defer { _ = close(descriptor) }
    var status = stat()
    try call("inspect", path) { unsafe fstat(descriptor, &status) }
    // A file with holes may be of any size.
    guard Int(status.st_size) <= availableMemory() ?? .max else {
      throw IOFailure(operation: "read", path: path, errorNumber: ENOMEM)
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var count = 0
    while count < bytes.count {
      let (start, room) = (count, bytes.count - count)
      let received = try call("read", path) {
        unsafe bytes.withUnsafeMutableBytes { buffer in
          unsafe Glibc.read(descriptor, buffer.baseAddress.map { unsafe $0 + start }, room)
        }
      }
      if received == 0 { break }
      count += received
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Returns when the content of a file, or the names in a folder, would survive a power cut.
  public func synchronize(_ path: String) throws(IOFailure) {
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK
    let descriptor = try call("open", path) { unsafe Glibc.open(path, flags) }
    do throws(IOFailure) {
      try call("synchronise", path) { fsync(descriptor) }
    } catch {
      // Some network file systems refuse this for folders; they have no more to offer.
      guard error.errorNumber == EINVAL else {
        _ = close(descriptor)
        throw error
      }
    }
    try closing(descriptor, path)
  }

  /// Gives a file or symbolic link another name in the same folder, replacing a plain file, or a link by a
  /// link.
  public func rename(_ path: String, to newPath: String) throws(IOFailure) {
    if let found = kind(of: newPath), found != S_IFREG,
      found != S_IFLNK || kind(of: path) != S_IFLNK
    {
      throw Self.obstructed("replace", newPath, by: found)
    }
    try call("rename", path) { unsafe Glibc.rename(path, newPath) }
  }

  /// Removes a file or symbolic link, if it is there.
  public func remove(_ path: String) throws(IOFailure) {
    do throws(IOFailure) {
      try call("remove", path) { unsafe unlink(path) }
    } catch {
      guard error.isMissing else { throw error }
    }
  }

  /// The names in a folder, sorted.
  public func list(_ folder: String) throws(IOFailure) -> [String] {
    guard let stream = unsafe opendir(folder) else {
      throw IOFailure(operation: "list", path: folder, errorNumber: errno)
    }
    defer { unsafe _ = closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw IOFailure(operation: "list", path: folder, errorNumber: errno) }
    return names.sorted()
  }

  /// Makes a folder and those on the way to it.
  public func createFolder(_ path: String) throws(IOFailure) {
    do throws(IOFailure) {
      try call("create the folder", path) { unsafe mkdir(path, 0o777) }
    } catch {
      switch error.errorNumber {
      case EEXIST:
        _ = try list(path)  // Something else may have the name.
      case ENOENT where folder(of: path) != path:
        try createFolder(folder(of: path))
        try call("create the folder", path) { unsafe mkdir(path, 0o777) }
      default: throw error
      }
    }
  }

  /// Makes a folder inside one of the program's own. A link of this name might lead anywhere, so it is
  /// refused.
  package func createOwnFolder(_ path: String) throws(IOFailure) {
    try requireOwnFolder(path)
    try createFolder(path)
  }

  /// Throws where something else than a folder has the name; nothing may have it.
  package func requireOwnFolder(_ path: String) throws(IOFailure) {
    if let found = kind(of: path), found != S_IFDIR {
      throw Self.obstructed("use the folder", path, by: found)
    }
  }

  /// Makes a symbolic link.
  public func createLink(_ path: String, to target: String) throws(IOFailure) {
    try call("link", path) { unsafe symlink(target, path) }
  }

  /// The absolute path of an existing file, without symbolic links.
  public func resolve(_ path: String) throws(IOFailure) -> String {
    guard let resolved = unsafe realpath(path, nil) else {
      throw IOFailure(operation: "find", path: path, errorNumber: errno)
    }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// Opens a plain file; what else has the name is refused, before opening could do anything to it and
  /// after.
  private func open(
    _ path: String, _ flags: Int32, to operation: String
  ) throws(IOFailure) -> Int32 {
    if let found = kind(of: path), found != S_IFREG {
      throw Self.obstructed(operation, path, by: found)
    }
    let flags = flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    let descriptor = try call(operation, path) { unsafe Glibc.open(path, flags, 0o666) }
    do throws(IOFailure) {
      var status = stat()
      try call("inspect", path) { unsafe fstat(descriptor, &status) }
      let found = status.st_mode & S_IFMT
      guard found == S_IFREG else { throw Self.obstructed(operation, path, by: found) }
      if flags & O_ACCMODE != O_RDONLY, status.st_nlink > 1 {
        throw IOFailure(
          operation: operation, path: path, errorNumber: EMLINK,
          obstacle: "a file that has another name elsewhere (a hard link)")
      }
      return descriptor
    } catch {
      _ = close(descriptor)
      throw error
    }
  }

  /// The type bits of what has the name; nil where nothing has it, or where it cannot be told.
  private func kind(of path: String) -> mode_t? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  private static func obstructed(
    _ operation: String, _ path: String, by kind: mode_t
  ) -> IOFailure {
    let (number, obstacle): (Int32, String) =
      switch kind {
      case S_IFREG: (ENOTDIR, "a file")
      case S_IFLNK: (ELOOP, "a symbolic link")
      case S_IFDIR: (EISDIR, "a folder")
      case S_IFIFO: (EINVAL, "a pipe")
      case S_IFSOCK: (EINVAL, "a socket")
      default: (EINVAL, "a device")
      }
    return IOFailure(operation: operation, path: path, errorNumber: number, obstacle: obstacle)
  }

  private func write(
    _ bytes: [UInt8], _ descriptor: Int32, _ path: String
  ) throws(IOFailure) {
    var written = 0
    while written < bytes.count {
      written += try call("write", path) {
        unsafe bytes.withUnsafeBytes { buffer in
          unsafe Glibc.write(
            descriptor, buffer.baseAddress.map { unsafe $0 + written }, bytes.count - written)
        }
      }
    }
  }

  /// Closes the descriptor after `body`, whatever that comes to.
  private func finishing(
    _ descriptor: Int32, _ path: String, _ body: () throws(IOFailure) -> Void
  ) throws(IOFailure) {
    do throws(IOFailure) {
      try body()
    } catch {
      _ = close(descriptor)
      throw error
    }
    try closing(descriptor, path)
  }

  /// The result of a system call that says −1 for a failure; repeated when a signal came between.
  @discardableResult
  private func call<Result: BinaryInteger>(
    _ operation: String, _ path: String, _ body: () -> Result
  ) throws(IOFailure) -> Result {
    while true {
      let result = body()
      if result != -1 { return result }
      let reason = errno
      if reason != EINTR {
        throw IOFailure(operation: operation, path: path, errorNumber: reason)
      }
    }
  }

  /// Closes a descriptor, which may report that written data is lost; never repeated, since the
  /// descriptor is free even after EINTR.
  private func closing(_ descriptor: Int32, _ path: String) throws(IOFailure) {
    if close(descriptor) != 0, errno != EINTR {
      throw IOFailure(operation: "close", path: path, errorNumber: errno)
    }
  }
}

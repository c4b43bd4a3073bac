internal import Glibc

/// The file system of this machine; calls that a signal interrupts are repeated.
public struct LocalFileSystem: FileSystem {
  /// The file system.
  public init() {}

  /// Lets `write` make the file.
  public func createFile(_ path: String, by write: (_ path: String) throws -> Void) throws {
    try write(path)
  }

  /// Writes a file, replacing what is there.
  public func write(_ bytes: [UInt8], to path: String) throws(IOFailure) {
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
    let descriptor = try call("create", path) { unsafe open(path, flags, 0o666) }
    do throws(IOFailure) {
      var written = 0
      while written < bytes.count {
        written += try call("write", path) {
          unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.write(
              descriptor, buffer.baseAddress.map { unsafe $0 + written }, bytes.count - written)
          }
        }
      }
    } catch {
      _ = close(descriptor)
      throw error
    }
    try closing(descriptor, path)
  }

  /// The bytes of a regular file.
  public func read(_ path: String) throws(IOFailure) -> [UInt8] {
    // A pipe of this name must not make the program wait.
    let descriptor = try call("open", path) {
      unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    }
    defer { _ = close(descriptor) }
    var status = stat()
    try call("inspect", path) { unsafe fstat(descriptor, &status) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw IOFailure(
        operation: "read", path: path,
        errorNumber: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
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
    let descriptor = try call("open", path) { unsafe open(path, O_RDONLY | O_CLOEXEC) }
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

  /// Gives a file another name in the same folder, replacing what has it.
  public func rename(_ path: String, to newPath: String) throws(IOFailure) {
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

internal import Glibc

/// Why a file cannot be read, and what helps; nil where it can.
///
/// A folder on the way that may not be entered is told as that: the file may well be there.
package func accessProblem(_ path: String) -> (found: String, remedy: String)? {
  if unsafe access(path, R_OK) == 0 { return nil }
  let reason = errno
  if reason == EACCES, let folder = closedFolder(on: path) {
    return (
      "the folder '\(folder)', which may not be entered",
      "Give yourself permission (chmod u+x on the folder), or ask its owner."
    )
  }
  return (
    unsafe String(cString: strerror(reason)),
    reason == EACCES
      ? "Give yourself permission to read it (chmod u+r), or ask its owner."
      : "Check the path and the permissions."
  )
}

/// Whether nothing is at `path`, as far as that can be told: not where a folder may not be entered.
package func isMissing(_ path: String) -> Bool {
  unsafe access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)
}

/// The first bytes of a file, at most 1024; none where it cannot be read.
package func leadingBytes(of path: String) -> [UInt8] {
  guard let file = unsafe fopen(path, "re") else { return [] }
  defer { unsafe _ = fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 1024)
  let count = unsafe fread(&bytes, 1, bytes.count, file)
  return Array(bytes.prefix(count))
}

/// The first folder on the way to `path` that may not be entered.
private func closedFolder(on path: String) -> String? {
  var folder = path.hasPrefix("/") ? "/" : "."
  for name in path.split(separator: "/").dropLast() {
    if unsafe access(folder, X_OK) != 0 { return folder }
    folder += (folder.hasSuffix("/") ? "" : "/") + name
  }
  return unsafe access(folder, X_OK) == 0 ? nil : folder
}

/// Whether `path` is a file with content: opening a pipe would wait for a writer.
package func isRegularFile(_ path: String) -> Bool {
  var status = stat()
  return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

/// What tells two files apart, and a file from its later self.
package struct FileIdentity: Hashable, Sendable {
  private let numbers: [Int]
  /// The file's size.
  package let byteCount: Int

  /// Of the file at `path`; nil where there is none.
  package init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    byteCount = status.st_size
    numbers = [
      Int(bitPattern: UInt(status.st_dev)), Int(bitPattern: UInt(status.st_ino)), status.st_size,
      status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
    ]
  }
}

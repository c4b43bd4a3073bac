/// The operations that saving, pruning and resuming need; a test fails each of them in turn.
public protocol FileSystem: Sendable {
  /// Makes a file by a closure that is given its path and writes and closes it.
  ///
  /// - Throws: What `write` throws.
  func createFile(_ path: String, by write: (_ path: String) throws -> Void) throws

  /// Writes a file, replacing a plain one that is there; a crash leaves any part of it.
  func write(_ bytes: [UInt8], to path: String) throws(IOFailure)

  /// The bytes of a plain file; a symbolic link is not followed.
  func read(_ path: String) throws(IOFailure) -> [UInt8]

  /// Returns when the content of a file, or the names in a folder, would survive a power cut.
  func synchronize(_ path: String) throws(IOFailure)

  /// Gives a file or symbolic link another name in the same folder; atomic. A plain file that has the
  /// name is replaced, a link by a link; nothing else is.
  func rename(_ path: String, to newPath: String) throws(IOFailure)

  /// Removes a file or symbolic link; one that is not there is removed already.
  func remove(_ path: String) throws(IOFailure)

  /// The names in a folder, sorted.
  func list(_ folder: String) throws(IOFailure) -> [String]

  /// Makes a folder and those on the way to it; an existing one is left as it is.
  func createFolder(_ path: String) throws(IOFailure)

  /// Makes a symbolic link at `path`, which must be free, to `target`, relative to its folder.
  func createLink(_ path: String, to target: String) throws(IOFailure)

  /// The absolute path of an existing file, without symbolic links.
  func resolve(_ path: String) throws(IOFailure) -> String
}

/// The folder that `path` lies in.
package func folder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The last component of `path`.
package func name(of path: String) -> String {
  path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
}

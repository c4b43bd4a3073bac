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

extension FileSystem {
  /// Replaces `path` with `bytes`: whoever reads after a crash at any point finds the old file or
  /// the new one, never a mixture.
  ///
  /// A crash leaves at most a file of a name that `isStagingName` knows.
  /// - Parameter isDurable: whether the bytes are read back, and survive a power cut from then on.
  /// - Throws: `IOFailure`; `CheckpointError` if other bytes are read back.
  package func replace(_ path: String, with bytes: [UInt8], isDurable: Bool = true) throws {
    let staging = stagingPath(for: path)
    do {
      try write(bytes, to: staging)
      guard isDurable else { return try rename(staging, to: path) }
      guard try read(staging) == bytes else { throw CheckpointError.readBack(staging, "the bytes") }
      try publish(staging, as: path)
    } catch {
      try? remove(staging)
      throw error
    }
  }

  /// Replaces `path` with a file that `write` makes and closes under the path that it is given; survives a
  /// power cut from then on.
  ///
  /// - Throws: `IOFailure`; what `write` throws. What was there before is there still, or the new file is.
  package func replace(_ path: String, by write: (_ staging: String) throws -> Void) throws {
    let staging = stagingPath(for: path)
    do {
      try remove(staging)
      try createFile(staging, by: write)
      try publish(staging, as: path)
    } catch {
      try? remove(staging)
      throw error
    }
  }

  /// Gives a file that was written under its staging name its own, to survive a power cut.
  func publish(_ staging: String, as path: String) throws(IOFailure) {
    try synchronize(staging)  // The bytes are on the disk before the name points at them.
    try rename(staging, to: path)
    try synchronize(folder(of: path))  // The new name itself survives a power cut.
  }

  /// Makes `path` a symbolic link to `target`, replacing what is there; atomic.
  func replaceLink(_ path: String, to target: String) throws(IOFailure) {
    let staging = stagingPath(for: path)
    try remove(staging)
    try createLink(staging, to: target)
    try rename(staging, to: path)
  }
}

/// Where a file grows before it gets its name: hidden, in the same folder.
func stagingPath(for path: String) -> String {
  "\(folder(of: path))/.\(name(of: path)).partial"
}

/// Whether `name` is one that `stagingPath` gives.
package func isStagingName(_ name: String) -> Bool {
  name.hasPrefix(".") && name.hasSuffix(".partial")
}

/// The folder that `path` lies in.
func folder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The last component of `path`.
func name(of path: String) -> String {
  path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
}

internal import Glibc

/// The safe replacement of a file: whoever reads after a crash at any point finds the old file or the new one,
/// never a mixture. A crash leaves at most a file of a name that `isStagingName` knows; an error leaves nothing.
extension FileSystem {
  /// Replaces `path` with `bytes`.
  ///
  /// - Parameter isDurable: whether the bytes are read back, and survive a power cut from then on.
  /// - Throws: `IOFailure`, also where other bytes are read back.
  package func replace(_ path: String, with bytes: [UInt8], isDurable: Bool = true) throws {
    try replace(path, isDurable: isDurable) { staging in
      try write(bytes, to: staging)
      guard isDurable, try read(staging) != bytes else { return }
      throw IOFailure(operation: "verify", path: staging, errorNumber: EIO)
    }
  }

  /// Replaces `path` with a file that `write` makes and closes under the path that it is given, where nothing
  /// is; survives a power cut from then on.
  ///
  /// - Throws: `IOFailure`; what `write` throws. What was there before is there still, or the new file is.
  package func replace(_ path: String, by write: (_ staging: String) throws -> Void) throws {
    try replace(path, isDurable: true) { staging in
      try remove(staging)
      try createFile(staging, by: write)
    }
  }

  private func replace(
    _ path: String, isDurable: Bool, staging: (_ staging: String) throws -> Void
  ) throws {
    let staged = stagingPath(for: path)
    do {
      try staging(staged)
      // The bytes are on the disk before the name points at them.
      if isDurable { try synchronize(staged) }
      try rename(staged, to: path)
      // The new name itself survives a power cut.
      if isDurable { try synchronize(folder(of: path)) }
    } catch {
      try? remove(staged)
      throw error
    }
  }

  /// Makes `path` a symbolic link to `target`, replacing what is there; atomic.
  package func replaceLink(_ path: String, to target: String) throws(IOFailure) {
    let staging = stagingPath(for: path)
    try remove(staging)
    try createLink(staging, to: target)
    try rename(staging, to: path)
  }

  /// Removes what replacements that were cut off have left in a folder; throws the first failure.
  package func removeStaged(in folder: String) throws(IOFailure) {
    var failure: IOFailure?
    for name in try list(folder) where isStagingName(name) {
      do throws(IOFailure) { try remove("\(folder)/\(name)") } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }
}

/// Where a file grows before it gets its name: hidden, in the same folder.
package func stagingPath(for path: String) -> String {
  let start = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
  return "\(path[..<start]).\(path[start...]).partial"
}

/// Whether `name` is one that `stagingPath` gives.
package func isStagingName(_ name: String) -> Bool {
  name.hasPrefix(".") && name.hasSuffix(".partial")
}

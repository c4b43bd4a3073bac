internal import Glibc

/// An error behind which may be one of the operating system's.
public protocol SystemFailure: Error {
  /// The system's number of it; nil where the system did not fail.
  var systemErrorNumber: Int32? { get }
}

extension IOFailure: SystemFailure {
  /// The system's error number.
  public var systemErrorNumber: Int32? { errorNumber }
}

/// A file that a user asked for and that cannot be written.
public struct OutputError: Error, Sendable, CustomStringConvertible {
  /// What the system refused, and where.
  public var failure: IOFailure

  /// Whether the place is wrong: no such folder, no permission, a read-only disk. Otherwise the disk is
  /// full or fails, and the same command may succeed once it has space.
  public var isPlaceRefused: Bool { ![ENOSPC, EDQUOT, EFBIG, EIO].contains(failure.errorNumber) }

  /// One line: what, where, why.
  public var description: String {
    let isTaken = [EEXIST, EISDIR].contains(failure.errorNumber)
    let remedy =
      isTaken
      ? "Choose the name of a file."
      : failure.obstacle == nil ? failure.remedy : "Remove it, or choose another name."
    return "\(failure.path): could not \(failure.operation): \(failure.reason). \(remedy)"
  }
}

/// Writes a file that a user asked for: a reader finds the old one or the new one, never a part, and a
/// failure leaves nothing behind.
///
/// - Parameters:
///   - path: the file; its folder exists.
///   - write: makes and closes a file of another name in the same folder, where nothing is.
/// - Throws: `OutputError`; what `write` throws, where the system has not refused it.
public func writeOutput(
  to path: String, on files: any FileSystem = LocalFileSystem(),
  by write: (_ staging: String) throws -> Void
) throws {
  do {
    if let number = obstacle(at: path) {
      throw IOFailure(operation: "write", path: path, errorNumber: number)
    }
    try probe(stagingPath(for: path), on: files)
    try files.replace(path, by: write)
  } catch {
    guard let number = (error as? any SystemFailure)?.systemErrorNumber else { throw error }
    throw OutputError(
      failure: IOFailure(
        operation: "write", path: path, errorNumber: number,
        obstacle: (error as? IOFailure)?.obstacle))
  }
}

/// Writes bytes as a file that a user asked for.
///
/// - Throws: `OutputError`.
public func writeOutput(
  _ bytes: [UInt8], to path: String, on files: any FileSystem = LocalFileSystem()
) throws {
  try writeOutput(to: path, on: files) { try LocalFileSystem().write(bytes, to: $0) }
}

/// Makes the folder of a file that a user asked for.
///
/// - Throws: `OutputError`, also where the folder is there and takes no files.
public func makeOutputFolder(of file: String) throws(OutputError) {
  try makeOutputFolder(folder(of: file))
}

/// Makes a folder for files that a user asked for, and those on the way to it.
///
/// - Throws: `OutputError`, also where the folder is there and takes no files.
public func makeOutputFolder(_ folder: String) throws(OutputError) {
  let folder = folder.last == "/" && folder.count > 1 ? String(folder.dropLast()) : folder
  let files = LocalFileSystem()
  do throws(IOFailure) {
    try files.createFolder(folder)
    try probe(folder + "/.probe.partial", on: files)
  } catch {
    throw OutputError(
      failure: IOFailure(operation: "write to", path: folder, errorNumber: error.errorNumber))
  }
}

/// Makes a file and removes it: what libraries say of a place that takes none is harder to read.
private func probe(_ path: String, on files: any FileSystem) throws(IOFailure) {
  do throws(IOFailure) {
    try files.write([], to: path)
    try files.remove(path)
  } catch {
    try? files.remove(path)
    throw error
  }
}

/// The error number of what stands at a path and is no file, nor a link to one; nil for nothing, or a
/// file. To rename a file over a device would end the device.
private func obstacle(at path: String) -> Int32? {
  var status = stat()
  guard unsafe lstat(path, &status) == 0 else { return nil }
  // A link that leads nowhere stays a link.
  unsafe _ = stat(path, &status)
  switch status.st_mode & S_IFMT {
  case S_IFREG: return nil
  case S_IFDIR: return EISDIR
  default: return EEXIST
  }
}

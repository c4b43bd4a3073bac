public import Checkpoints
internal import Foundation
internal import HDF5

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
    let remedy = isTaken ? "Choose the name of a file." : failure.remedy
    return "\(failure.path): could not \(failure.operation): \(failure.reason). \(remedy)"
  }
}

/// Writes a file that a user asked for: a reader finds the old one or the new one, never a part, and a
/// failure leaves nothing behind.
///
/// - Parameters:
///   - path: the file; its folder exists.
///   - write: fills a file of another name in the same folder.
/// - Throws: `OutputError`; what `write` throws, where the system has not refused it.
public func writeOutput(to path: String, by write: (_ staging: String) throws -> Void) throws {
  let files = LocalFileSystem()
  let name = nameIndex(in: path)
  let staging = "\(path[..<name]).\(path[name...]).partial"
  do {
    if let number = obstacle(at: path) {
      throw IOFailure(operation: "write", path: path, errorNumber: number)
    }
    try probe(staging)
    try write(staging)
    try files.synchronize(staging)
    try files.rename(staging, to: path)
  } catch {
    try? files.remove(staging)
    guard let number = errorNumber(of: error) else { throw error }
    throw OutputError(
      failure: IOFailure(
        operation: "write", path: path, errorNumber: number,
        obstacle: (error as? IOFailure)?.obstacle))
  }
}

/// Writes bytes as a file that a user asked for.
///
/// - Throws: `OutputError`.
public func writeOutput(_ bytes: [UInt8], to path: String) throws {
  try writeOutput(to: path) { try LocalFileSystem().write(bytes, to: $0) }
}

/// Makes the folder of a file that a user asked for.
///
/// - Throws: `OutputError`, also where the folder is there and takes no files.
public func makeOutputFolder(of file: String) throws(OutputError) {
  let folder = String(file[..<nameIndex(in: file)])
  try makeOutputFolder(folder.isEmpty ? "." : folder)
}

/// Makes a folder for files that a user asked for, and those on the way to it.
///
/// - Throws: `OutputError`, also where the folder is there and takes no files.
public func makeOutputFolder(_ folder: String) throws(OutputError) {
  let folder = folder.last == "/" && folder.count > 1 ? String(folder.dropLast()) : folder
  do throws(IOFailure) {
    try LocalFileSystem().createFolder(folder)
    try probe(folder + "/.probe.partial")
  } catch {
    throw OutputError(
      failure: IOFailure(operation: "write to", path: folder, errorNumber: error.errorNumber))
  }
}

/// Makes a file and removes it: what libhdf5 says of a place that takes none is harder to read.
private func probe(_ path: String) throws(IOFailure) {
  let files = LocalFileSystem()
  try files.write([], to: path)
  try files.remove(path)
}

/// The error number of what stands at a path and is no file, nor a link to one; nil for nothing, or a
/// file. To rename a file over a device would end the device.
private func obstacle(at path: String) -> Int32? {
  func type(_ path: String) -> FileAttributeType? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
  }
  var found = type(path)
  if found == .typeSymbolicLink {
    found =
      type(URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false))
      ?? .typeUnknown
  }
  return found == nil || found == .typeRegular ? nil : found == .typeDirectory ? EISDIR : EEXIST
}

/// Where the last component of a path begins.
private func nameIndex(in path: String) -> String.Index {
  path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
}

/// The system's error number behind an error, where it is one of the system's.
private func errorNumber(of error: any Error) -> Int32? {
  switch error {
  case let error as IOFailure: error.errorNumber
  case let error as HDF5Error where error.isSystemFailure:
    error.detail.firstMatch(of: /errno = (\d+)/).flatMap { Int32($0.1) }
  default: nil
  }
}

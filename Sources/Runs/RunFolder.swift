internal import Checkpoints
internal import Foundation
internal import Glibc

/// The folder of a run, with one trainer at a time.
public final class RunFolder {
  /// Its path.
  public let path: String
  private var lock: FileHandle?

  /// Where checkpoints lie.
  public var checkpoints: String { path + "/checkpoints" }
  /// Where pictures lie.
  public var samples: String { path + "/samples" }
  /// Where exported models lie.
  public var export: String { path + "/export" }

  /// Opens a folder, making it where it does not exist, and locks it until this object goes.
  ///
  /// - Throws: `RunError` where another process trains in it, or where it cannot be written.
  public init(locking path: String) throws {
    self.path = path
    for folder in [path, path + "/checkpoints", path + "/samples"] {
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw RunError(
          code: .cannotCreate, object: folder, expected: "a folder that can be made",
          found: "\(error.localizedDescription)", remedy: "Choose another place with --output DIR.")
      }
    }
    try takeLock()
    removeStaged()
  }

  deinit { try? lock?.close() }

  /// Writes a small file whole: a reader finds the old text or the new one.
  func write(_ text: String, to name: String) throws {
    try write(Array((text + "\n").utf8), to: name)
  }

  /// Writes a small file whole: a reader finds the old bytes or the new ones.
  func write(_ bytes: [UInt8], to name: String) throws {
    do {
      try LocalFileSystem().replace("\(path)/\(name)", with: bytes, isDurable: false)
    } catch {
      removeStaged()
      throw error
    }
  }

  /// Removes what writes that were cut off have left.
  private func removeStaged() {
    let files = LocalFileSystem()
    for folder in [path, samples] {
      for name in (try? files.list(folder)) ?? [] where isStagingName(name) {
        try? files.remove("\(folder)/\(name)")
      }
    }
  }

  private func takeLock() throws(RunError) {
    let file = path + "/run.lock"
    if !FileManager.default.fileExists(atPath: file) {
      try? LocalFileSystem().write([], to: file)
    }
    guard let handle = FileHandle(forUpdatingAtPath: file) else {
      throw RunError(
        code: .cannotCreate, object: file, expected: "a file that can be written",
        found: POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO).localizedDescription,
        remedy: "Choose another place with --output DIR.")
    }
    guard flock(handle.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
      throw RunError(
        code: .busy, object: path, expected: "a run folder that no other process trains in",
        found: "\(name(ofHolder: holder)) at work in it",
        remedy: "Wait for it, stop it, or choose another folder with --output DIR.")
    }
    // A child that outlives this process must not hold the lock on.
    _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
    lock = handle
    try? handle.truncate(atOffset: 0)
    let host = (try? String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8)) ?? "\n"
    try? handle.write(contentsOf: Data("\(getpid()) \(host)".utf8))
  }

  /// `process 123 on HOST`; the file is empty for a moment after it was locked.
  private func name(ofHolder text: String) -> String {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard let process = words.first else { return "another process" }
    return "process \(process)" + (words.count > 1 ? " on \(words[1])" : "")
  }
}

/// A run that cannot be started, continued or used.
public struct RunError: Error, Sendable, CustomStringConvertible {
  /// What callers may branch on.
  public enum Code: Hashable, Sendable {
    case busy, cannotCreate, exists, nothingToResume, changedConfiguration, missing, noSplit,
      tooLarge
  }
  /// What went wrong.
  public var code: Code
  /// Path of the culprit.
  public var object: String
  /// What is needed there.
  public var expected: String
  /// What is there.
  public var found: String
  /// What the reader can do about it, as a full sentence.
  public var remedy: String

  /// One line.
  public var description: String { "\(object): expected \(expected), found \(found). \(remedy)" }
}

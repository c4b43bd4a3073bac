internal import Files
internal import Foundation
internal import Glibc
internal import Host

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
  /// The folder itself may be reached through a symbolic link: its path is the caller's. Nothing inside it
  /// may be one, for what it brings is not (`LocalFileSystem`).
  ///
  /// - Throws: `RunError` where another process trains in it, or where it cannot be written.
  public init(locking path: String) throws {
    self.path = path
    let files = LocalFileSystem()
    do throws(IOFailure) {
      try files.createFolder(path)
      try files.createOwnFolder(checkpoints)
      try files.createOwnFolder(samples)
    } catch {
      throw RunError(error, expected: "a folder that can be made")
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
    try LocalFileSystem().replace("\(path)/\(name)", with: bytes, isDurable: false)
  }

  /// Removes what writes that were cut off have left.
  private func removeStaged() {
    let files = LocalFileSystem()
    for folder in [path, samples] { try? files.removeStaged(in: folder) }
  }

  private func takeLock() throws(RunError) {
    let file = path + "/run.lock"
    let handle: FileHandle
    do throws(IOFailure) {
      let descriptor = try LocalFileSystem().openToUpdate(file)
      handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    } catch {
      throw RunError(error, expected: "a file that can be written")
    }
    guard flock(handle.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = String(decoding: (try? LocalFileSystem().read(file)) ?? [], as: UTF8.self)
      throw RunError(
        code: .busy, object: path, expected: "a run folder that no other process trains in",
        found: "\(name(ofHolder: holder)) at work in it",
        remedy: "Wait for it, stop it, or choose another folder with --output DIR.")
    }
    lock = handle
    try? handle.truncate(atOffset: 0)
    try? handle.write(contentsOf: Data("\(getpid()) \(hostName() ?? "")\n".utf8))
  }

  /// `process 123 on HOST`; the file is empty for a moment after it was locked.
  private func name(ofHolder text: String) -> String {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard let process = words.first else { return "another process" }
    return "process \(process)" + (words.count > 1 ? " on \(words[1])" : "")
  }
}

extension RunError {
  /// A file or folder that a run cannot have.
  fileprivate init(_ failure: IOFailure, expected: String) {
    self.init(
      code: .cannotCreate, object: failure.path, expected: expected, found: failure.reason,
      remedy: failure.obstacle == nil
        ? "Choose another place with --output DIR." : failure.remedy)
  }
}

package import Files
import Glibc
import Synchronization

/// The local file system, except that one operation fails.
package final class FaultyFileSystem: FileSystem {
  /// What happens at the chosen operation.
  package enum Fault: CaseIterable, Sendable {
    /// It does nothing and says so.
    case refused
    /// It is done, and reports a failure all the same.
    case doneButReported
    /// A file receives half of its bytes, which is reported; other operations do nothing.
    case diskFull
    /// A file receives half of its bytes, and nothing is reported.
    case silentlyShort
    /// The process dies before it: it and all later operations do nothing.
    case crashBefore
    /// The process dies after it.
    case crashAfter
  }

  private let local = LocalFileSystem()
  private let fault: Fault
  private let failAt: Int
  private let count = Mutex(0)

  /// - Parameter failAt: The operation that fails, from 1.
  package init(_ fault: Fault, failAt: Int) { (self.fault, self.failAt) = (fault, failAt) }

  /// Whether the operation that fails was asked for.
  package var reachedFault: Bool { count.withLock { $0 >= failAt } }

  package func createFile(_ path: String, by write: (_ path: String) throws -> Void) throws {
    try tampering(path) { try local.createFile(path, by: write) }
  }

  package func write(_ bytes: [UInt8], to path: String) throws(IOFailure) {
    try tampering(path) { () throws(IOFailure) in try local.write(bytes, to: path) }
  }

  package func read(_ path: String) throws(IOFailure) -> [UInt8] {
    try failing(path) { () throws(IOFailure) in try local.read(path) }
  }

  package func synchronize(_ path: String) throws(IOFailure) {
    try failing(path) { () throws(IOFailure) in try local.synchronize(path) }
  }

  package func rename(_ path: String, to newPath: String) throws(IOFailure) {
    try failing(path) { () throws(IOFailure) in try local.rename(path, to: newPath) }
  }

  package func remove(_ path: String) throws(IOFailure) {
    try failing(path) { () throws(IOFailure) in try local.remove(path) }
  }

  package func list(_ folder: String) throws(IOFailure) -> [String] {
    try failing(folder) { () throws(IOFailure) in try local.list(folder) }
  }

  package func createFolder(_ path: String) throws(IOFailure) {
    try failing(path) { () throws(IOFailure) in try local.createFolder(path) }
  }

  package func createLink(_ path: String, to target: String) throws(IOFailure) {
    try failing(path) { () throws(IOFailure) in try local.createLink(path, to: target) }
  }

  package func resolve(_ path: String) throws(IOFailure) -> String {
    try failing(path) { () throws(IOFailure) in try local.resolve(path) }
  }

  /// An operation that makes no file's content.
  private func failing<Result>(
    _ path: String, _ operation: () throws(IOFailure) -> Result
  ) throws(IOFailure) -> Result {
    let number = nextNumber()
    if isDead(number) { throw failure(path) }
    if number == failAt, fault == .refused || fault == .diskFull { throw failure(path) }
    let result = try operation()
    if number == failAt, fault == .doneButReported || fault == .crashAfter { throw failure(path) }
    return result
  }

  /// An operation that makes a file's content.
  private func tampering<Failure: Error>(
    _ path: String, _ operation: () throws(Failure) -> Void
  ) throws(Failure) {
    let number = nextNumber()
    let isChosen = number == failAt
    if isDead(number) || isChosen && fault == .refused {
      throw failure(path) as! Failure
    }
    try operation()
    guard isChosen else { return }
    if fault != .doneButReported, let bytes = try? local.read(path) {
      try? local.write(Array(bytes.prefix(bytes.count / 2)), to: path)
    }
    if fault != .silentlyShort { throw failure(path) as! Failure }
  }

  private func nextNumber() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }

  private func isDead(_ number: Int) -> Bool {
    number > failAt && fault == .crashAfter || number >= failAt && fault == .crashBefore
  }

  private func failure(_ path: String) -> IOFailure {
    IOFailure(
      operation: "do a test's operation", path: path, errorNumber: fault == .diskFull ? ENOSPC : EIO
    )
  }
}

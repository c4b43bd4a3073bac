internal import Foundation

/// A file that the program `curl` fetches.
///
/// `curl` goes on where an earlier attempt ended, follows redirections, knows proxies and certificates of the system, tries
/// again and gives up on what stands still. FoundationNetworking would be a library more to ship, keeps no half of a file, and
/// leaves all this to its user.
struct Download {
  private let address: String
  private let path: String
  private let byteCount: Int

  init(_ address: String, to path: String, byteCount: Int) {
    (self.address, self.path, self.byteCount) = (address, path, byteCount)
  }

  /// Fetches what is not there yet.
  ///
  /// - Parameter step: Called ten times a second; what it throws ends the work, and what has come so far stays.
  /// - Throws: `DownloadError`; what `step` throws.
  func run(_ step: () throws -> Void) throws {
    var (code, text) = try attempt(step)
    if code == 33 {  // The server cannot go on in the middle.
      try FileManager.default.removeItem(atPath: path)
      (code, text) = try attempt(step)
    }
    guard code == 0 else {
      throw DownloadError(
        code: .unreachable, file: address, expected: "the file", found: text,
        remedy:
          "Look whether this machine reaches the address; the same command goes on where this one ended. Or fetch the files "
          + "elsewhere, and name their folder with --from.")
    }
  }

  private func attempt(_ step: () throws -> Void) throws -> (code: Int32, text: String) {
    let isPlain = address.hasPrefix("http://")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      [
        "curl", "--silent", "--show-error", "--fail", "--location", "--continue-at", "-",
        "--proto", isPlain ? "=http,https" : "=https", "--max-filesize", "\(byteCount)",
        "--connect-timeout", "30", "--speed-limit", "1000", "--speed-time", "60", "--retry", "3",
        "--output", path, "--", address,
      ]
    let errors = Pipe()
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    do {
      while process.isRunning {
        try step()
        Thread.sleep(forTimeInterval: 0.1)
      }
    } catch {
      // A gentle signal may be blocked, as in what a thread of libdispatch starts.
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      throw error
    }
    process.waitUntilExit()
    let said = try errors.fileHandleForReading.readToEnd() ?? Data()
    let line = String(decoding: said, as: UTF8.self).split(whereSeparator: \.isNewline).last
    guard process.terminationStatus != 127 else {
      throw DownloadError(
        code: .noProgram, expected: "the program 'curl'", found: "none",
        remedy:
          "Install it (apt install curl), or fetch the files, and name their folder with --from.")
    }
    return (process.terminationStatus, line.map(String.init) ?? "no answer")
  }
}

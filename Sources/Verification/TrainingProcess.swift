internal import Foundation

/// A training as a process of its own, which can be killed.
final class TrainingProcess {
  private let process = Process()
  private let errors: URL

  /// Starts `program train CONFIG --resume auto` with a number of threads.
  ///
  /// - Parameter errors: file that takes standard error.
  init(
    program: URL, configuration: URL, output: URL, threads: Int, errors: URL
  ) throws {
    self.errors = errors
    try Data().write(to: errors)
    process.executableURL = program
    process.arguments = [
      "train", configuration.path, "--output", output.path, "--resume", "auto",
      "--threads", "\(threads)",
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
  }

  /// Whether it has not ended.
  var isRunning: Bool { process.isRunning }

  /// Ends it as a power failure would: no handler of its own runs.
  func kill() {
    _ = Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Whether SIGKILL ended it.
  var wasKilled: Bool {
    process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL
  }

  /// What is wrong with how it ended by itself; nil where nothing is.
  var failure: String? {
    process.waitUntilExit()
    if process.terminationReason == .exit, process.terminationStatus == 0 { return nil }
    let text = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
    let last = text.split(separator: "\n").last.map { ": \($0)" } ?? ""
    return "a training ended with \(process.terminationStatus)\(last)"
  }
}

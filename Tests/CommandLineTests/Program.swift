import Foundation
import Synchronization
import TestScale

/// The program under test as a process.
final class Program {
  /// What a process left behind.
  struct Result {
    /// The exit code; 128 and the signal's number where a signal ended it; −1 where it had to be
    /// killed because it took too long.
    var code: Int32
    var output: String
    var errors: String
  }

  /// `vae-dp`, which the build puts beside the tests.
  static let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "vae-dp")
  private static let number = Atomic(0)
  /// How much slower a sanitizer makes it, at most.
  private static let slowness = Sanitizer.current == nil ? 1 : 10

  /// What a shell starts in the background ignores these two, and so would the program.
  private static let signalsAreHeard: Void = [SIGINT, SIGQUIT].forEach { signal($0, SIG_DFL) }

  private let process = Process()
  private let output: URL
  private let errors: URL
  private let ended = DispatchSemaphore(value: 0)

  /// Starts the program in a folder.
  ///
  /// - Parameters:
  ///   - subfolder: a folder of that one to start it in.
  ///   - start: what starts it instead, given its path and arguments: `trap '' HUP; exec "$@"`.
  ///   - deafOutput: standard output is a pipe that nobody reads.
  ///   - deafErrors: so is standard error.
  ///   - environment: variables beside those of this process.
  init(
    _ arguments: [String], in folder: ScratchFolder, subfolder: String = "",
    start: String? = nil, deafOutput: Bool = false,
    deafErrors: Bool = false, environment: [String: String] = [:]
  ) throws {
    _ = Self.signalsAreHeard
    let number = Self.number.add(1, ordering: .relaxed).newValue
    output = folder.url.appending(path: "output-\(number)")
    errors = folder.url.appending(path: "errors-\(number)")
    process.executableURL = start == nil ? Self.executable : URL(filePath: "/bin/sh")
    process.arguments =
      start.map { ["-c", $0, "sh", Self.executable.path] + arguments } ?? arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = folder.url.appending(path: subfolder)
    process.standardInput = FileHandle.nullDevice
    let sinks = [
      try Self.sink(output, isDeaf: deafOutput), try Self.sink(errors, isDeaf: deafErrors),
    ]
    (process.standardOutput, process.standardError) = (sinks[0], sinks[1])
    process.terminationHandler = { [ended] _ in ended.signal() }
    try process.run()
    // The program has its own now. With a thousand open files Foundation's next `run` reads beyond the list of them.
    for sink in sinks {
      try? ((sink as? Pipe)?.fileHandleForWriting ?? sink as? FileHandle)?.close()
    }
  }

  private static func sink(_ file: URL, isDeaf: Bool) throws -> Any {
    try Data().write(to: file)
    if !isDeaf { return try FileHandle(forWritingTo: file) }
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    return pipe
  }

  /// Waits for its end, at most so many seconds; ten times as many under a sanitizer.
  func wait(seconds: Double = 120) throws -> Result {
    let isLate = ended.wait(timeout: .now() + seconds * Double(Self.slowness)) == .timedOut
    if isLate {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let status = process.terminationStatus
    let code = process.terminationReason == .exit ? status : 128 + status
    return Result(
      code: isLate ? -1 : code, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }

  /// Whether standard error comes to hold a text, within 20 seconds, ten times as many under a sanitizer.
  func says(_ text: String) throws -> Bool {
    for _ in 0..<2000 * Self.slowness where process.isRunning {
      if try String(contentsOf: errors, encoding: .utf8).contains(text) { return true }
      Thread.sleep(forTimeInterval: 0.01)
    }
    return try String(contentsOf: errors, encoding: .utf8).contains(text)
  }

  /// The process's number.
  var identifier: Int32 { process.processIdentifier }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }
}

/// Runs the program to its end.
func run(_ arguments: String..., in folder: ScratchFolder) throws -> Program.Result {
  try Program(arguments, in: folder).wait()
}

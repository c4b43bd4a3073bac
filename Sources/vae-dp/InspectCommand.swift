import ArgumentParser
import Foundation
import VAEDP

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "List what is in an HDF5 file, and whether it can be trained on.",
    discussion: "The file is read by a child process, so that one which crashes libhdf5 is told.")

  @Argument(help: "An HDF5 file.")
  var file: String

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: .hidden)
  var contained = false

  func run() throws {
    if contained { return try inspect() }
    try reporting {
      let arguments = ["inspect", "--contained"] + (json ? ["--json"] : []) + ["--", file]
      let (code, problem) = try Containment.run(
        Contained.executable, arguments, on: file, output: STDOUT_FILENO)
      if code == 0 { return }
      // Whoever read the output has seen enough, as with any program before 'head'.
      if code == 128 + SIGPIPE { throw ExitCode(code) }
      say(problem.isEmpty ? "\(file): the inspection ended with code \(code)" : problem)
      throw ExitCode(code)
    }
  }

  /// The child's part.
  private func inspect() throws {
    Rehearsal.limitProcess()
    do {
      let found = try Inspection(file) { Rehearsal.tell($0) }
      Rehearsal.tell("printing")
      if json {
        try put(json: found, .withoutEscapingSlashes)
      } else {
        try put(found.lines.map(printable).joined(separator: "\n"))
      }
    } catch {
      Rehearsal.tell(problem: "\(error)")
      throw ExitCode(status(of: error))
    }
  }
}

/// How the program starts itself to open foreign files.
enum Contained {
  /// The program that runs.
  static let executable = "/proc/self/exe"

  /// From now on foreign files are opened by a child first.
  static func begin() {
    Containment.enable(
      executable: executable, arguments: ["rehearse"], program: "vae-dp", exitCode: 65)
  }
}

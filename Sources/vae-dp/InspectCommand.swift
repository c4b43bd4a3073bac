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

  @Option(help: "A PNG file for a picture of examples: images, or a heat-map with a line for each.")
  var grid: String?

  @Option(help: "The most examples in the picture.")
  var count = 64

  @Option(help: "The seed by which the examples of the picture are chosen; without it the first.")
  var seed: Int?

  @Flag(help: .hidden)
  var contained = false

  func validate() throws {
    guard (1...4096).contains(count) else {
      throw ValidationError("--count takes a number from 1 to 4096.")
    }
    guard seed ?? 0 >= 0 else { throw ValidationError("--seed takes a number from 0.") }
  }

  func run() throws {
    if contained { return try inspect() }
    try reporting {
      if let grid { try makeOutputFolder(of: grid) }
      let picture = grid.map { ["--grid=\($0)", "--count=\(count)"] } ?? []
      let arguments =
        ["inspect", "--contained"] + (json ? ["--json"] : []) + picture
        + (seed.map { ["--seed=\($0)"] } ?? []) + ["--", file]
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
      if let grid { try draw(found, to: grid) }
    } catch {
      Rehearsal.tell(problem: "\(error)")
      throw ExitCode(status(of: error))
    }
  }
}

extension InspectCommand {
  /// Draws what training would take.
  private func draw(_ found: Inspection, to grid: String) throws {
    guard let data = found.data else { return }
    Rehearsal.tell("drawing \(data.train.dataset)")
    let picture = try DatasetPicture(
      data.train.dataset, of: HDF5File(reading: file), count: count, seed: seed)
    try writeOutput(picture.grid.png(), to: grid)
    if !json { try put(printable("\(grid): \(picture.meaning)")) }
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

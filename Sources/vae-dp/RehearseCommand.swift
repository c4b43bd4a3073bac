import ArgumentParser
import VAEDP

/// The child that opens datasets before the program does.
struct RehearseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rehearse", abstract: "Open datasets as a child process.", shouldDisplay: false)

  @Argument(help: "An HDF5 file.")
  var file: String

  @Argument(help: "Its datasets; further files with --batch.")
  var datasets: [String] = []

  @Option(help: "Say what training takes of the file, with this rule for missing chunks.")
  var look: String?

  @Flag(help: "Rehearse and then read train/images of many files, for tests.")
  var batch = false

  func run() throws {
    Rehearsal.limitProcess()
    if batch { return ([file] + datasets).forEach(open) }
    if let look {
      return try put(
        json: DataLook.answer(
          about: file, missingChunks: MissingChunkRule(rawValue: look) ?? .refuse
        ) {
          Rehearsal.tell($0)
        })
    }
    do {
      try Rehearsal.run(file, datasets: datasets, attributes: DatasetReader.attributes)
    } catch {
      let detail = error.detail.isEmpty ? "" : " (\(error.detail))"
      Rehearsal.tell(problem: "\(error.found) at \(error.object)\(detail)")
      throw ExitCode(status(of: error))
    }
  }

  /// What the child does with a file, and after it the program.
  private func open(_ file: String) {
    Rehearsal.tell("rehearse \(file)")
    let attributes = DatasetReader.attributes
    if (try? Rehearsal.run(file, datasets: ["train/images"], attributes: attributes)) != nil {
      Rehearsal.tell("read \(file)")
      _ = try? DatasetReader.open(file: file, dataset: "train/images")
    }
    Rehearsal.tell("done")
  }
}

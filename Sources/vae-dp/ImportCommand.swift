import ArgumentParser
import VAEDP

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Bring what other programs wrote into one HDF5 file to train on.",
    discussion: """
      The format is found out by the source's name and first bytes. 'vae-dp data formats' lists all, with their options:
      vae-dp data import table.csv -o table.h5 labels=species
      """)

  @Argument(help: "A file or a folder.")
  var source: String

  @Argument(help: "Options of the format: key=value")
  var options: [String] = []

  @Option(name: .shortAndLong, help: "The HDF5 file.")
  var output: String

  @Option(help: "The format, where it is not to be found out.")
  var format: String?

  @Flag(help: "Leave out what is wrong, such as one of many pictures, and list it.")
  var skipBad = false

  @Flag(help: "Replace a file that exists.")
  var replace = false

  func run() throws {
    try reporting {
      let importing = try Importing(source, format: format, options: options)
      let (line, interruption) = (ProgressLine(), Interruption())
      try makeOutputFolder(of: output)
      let summary = try importing.write(to: output, replacing: replace, skipsBad: skipBad) { done in
        try interruption.endWork()
        line.show(
          "reading \(printable(source)) as \(importing.format) \(Int(done * 100)) %")
      }
      for problem in summary.skipped { line.say("left out: \(printable("\(problem)"))") }
      for note in summary.notes { line.say(printable(note)) }
      line.say(summary, in: output)
      line.say(#"To train on it: "data": { "file": "\#(printable(output))" }"#)
    }
  }
}

struct FormatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "formats",
    abstract: "List the formats that 'data import' reads, and their options.")

  func run() throws {
    try reporting { try put(Importing.guide) }
  }
}

extension ProgressLine {
  /// What an import has written, a line for each dataset.
  func say(_ summary: ImportSummary, in output: String) {
    say("\(printable(output)):")
    for dataset in summary.datasets {
      say("  \(printable(dataset.name))  \(dataset.shape) \(dataset.content)")
    }
  }
}

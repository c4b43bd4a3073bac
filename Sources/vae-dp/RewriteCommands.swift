import ArgumentParser
import VAEDP

struct SplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Cut an HDF5 file into train, validation and test.",
    discussion: """
      What has a row for each example is cut, the rest is copied: vae-dp data split cells.h5 -o parts.h5 group=patient

      Options:
      \(Splitting.guide)
      """)

  @OptionGroup var files: RewrittenFiles

  func run() throws {
    try reporting {
      let splitting = try Splitting(files.file, options: files.options)
      try files.rewrite(as: "splitting", splitting.write)
    }
  }
}

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Store an HDF5 file in other chunks, packed anew, as another type, or shuffled.",
    discussion: """
      vae-dp data convert sorted.h5 -o shuffled.h5 shuffle=0 deflate=1

      Options:
      \(Conversion.guide)
      """)

  @OptionGroup var files: RewrittenFiles

  func run() throws {
    try reporting {
      let conversion = try Conversion(files.file, options: files.options)
      try files.rewrite(as: "converting", conversion.write)
    }
  }
}

/// A file that is read and one that is written.
struct RewrittenFiles: ParsableArguments {
  @Argument(help: "An HDF5 file.")
  var file: String

  @Argument(help: "Options, see above: key=value")
  var options: [String] = []

  @Option(name: .shortAndLong, help: "The HDF5 file to be.")
  var output: String

  @Flag(help: "Replace a file that exists.")
  var replace = false

  /// Writes the file and says what is in it.
  func rewrite(
    as activity: String,
    _ write: (_ path: String, _ replacing: Bool, _ step: (Double) throws -> Void) throws ->
      RewriteSummary
  ) throws {
    let (line, interruption) = (ProgressLine(), Interruption())
    try makeOutputFolder(of: output)
    try Containment.rehearse(file, datasets: [Rehearsal.wholeFile])
    let summary = try write(output, replace) { done in
      try interruption.endWork()
      line.show("\(activity) \(printable(file)) \(Int(done * 100)) %")
    }
    for note in summary.notes { line.say(printable(note)) }
    line.say("\(printable(output)):")
    for dataset in summary.datasets {
      line.say("  \(printable(dataset.name))  \(dataset.shape) \(printable(dataset.content))")
    }
    if !summary.copied.isEmpty {
      line.say("  as they were: \(printable(summary.copied.joined(separator: ", ")))")
    }
    line.say(#"To train on it: "data": { "file": "\#(printable(output))" }"#)
  }
}

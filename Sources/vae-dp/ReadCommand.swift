import ArgumentParser
import VAEDP

struct ReadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read",
    abstract: "Write examples as training reads them: float32, channels last, rows in CSR form.",
    discussion: """
      The keys are those of a configuration's section 'data'; without 'train' the file is looked at:
      vae-dp data read cells.loom -o cells.h5 train=matrix labels=col_attrs/CellType
      """)

  @Argument(help: "An HDF5 file.")
  var file: String

  @Argument(help: "Keys of the section 'data': train=images")
  var keys: [String] = []

  @Option(name: .shortAndLong, help: "The HDF5 file to be.")
  var output: String

  @Flag(help: "Replace a file that exists.")
  var replace = false

  func run() throws {
    try reporting {
      var section = JSONNode.object([("file", .string(file))])
      for key in keys { section = try section.applying(override: key) }
      let (line, interruption) = (ProgressLine(), Interruption())
      let data = try RunData(DataConfiguration(reading: section), seed: 0) { activity, done in
        line.show("\(printable(activity)) \(Int(done * 100)) %")
      }
      if let choice = data.choice { line.say(printable(choice.description(in: file))) }
      try makeOutputFolder(of: output)
      try data.write(to: output, replacing: replace) { done in
        try interruption.endWork()
        line.show("writing \(printable(output)) \(Int(done * 100)) %")
      }
      line.say("\(printable(output)): \(data.training.positions.count) examples to train on")
    }
  }
}

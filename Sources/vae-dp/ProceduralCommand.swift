import ArgumentParser
import VAEDP

/// Draws one of the procedural sets: a subcommand for each.
struct ProceduralCommand<Set: ProceduralSet>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: Set.name, abstract: Set.meaning)
  }

  @Option(name: .shortAndLong, help: "The HDF5 file; data/NAME.h5 if nothing is said.")
  var output: String?

  @Option(help: "How many examples.")
  var size: Int?

  @Option(help: "Chooses what is drawn.")
  var seed = 0

  @Flag(help: "Replace a file that exists.")
  var replace = false

  func validate() throws {
    guard Set.sizes.contains(size ?? Set.standardSize) else {
      throw ValidationError(
        "--size takes a number from \(Set.sizes.lowerBound) to \(Set.sizes.upperBound).")
    }
  }

  func run() throws {
    try reporting {
      let (line, interruption) = (ProgressLine(), Interruption())
      let set = Set(size: size ?? Set.standardSize, seed: seed)
      let path = output ?? "data/\(Set.name).h5"
      try makeOutputFolder(of: path)
      try set.write(to: path, replacing: replace) { done, total in
        try interruption.endWork()
        line.show("drawing \(printable(path)) \(done * 100 / max(1, total)) %")
      }
      line.say("\(printable(path)): \(set.count) examples")
      line.say(
        #"To train on it: "data": { "file": "\#(printable(path))", "train": "\#(Set.data)" }"#)
    }
  }
}

/// The subcommands of all procedural sets.
func proceduralCommands() -> [any ParsableCommand.Type] {
  func command<Set: ProceduralSet>(_: Set.Type) -> any ParsableCommand.Type {
    ProceduralCommand<Set>.self
  }
  return ProceduralSets.all.map { command($0) }
}

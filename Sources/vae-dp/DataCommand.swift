import ArgumentParser
import VAEDP

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Bring in data, or make some to start with.",
    subcommands: [
      ImportCommand.self, FormatsCommand.self, InspectCommand.self, ReadCommand.self,
      SplitCommand.self,
      ConvertCommand.self,
      SpritesCommand.self, MNISTCommand.self,
      FashionMNISTCommand.self, CIFAR10Command.self, BinarizedMNISTCommand.self,
    ] + proceduralCommands())
}

struct SpritesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sprites",
    abstract: "Draw binary 64 × 64 images of squares, ellipses and hearts with known factors.")

  @Option(name: .shortAndLong, help: "The HDF5 file.")
  var output = "data/sprites.h5"

  @Option(help: "About how many images; the nearest full grid of factors is drawn.")
  var size = SpritesGrid.standardSize

  @Flag(help: "Replace a file that exists.")
  var replace = false

  func validate() throws {
    guard (1...SpritesGrid.largestSize).contains(size) else {
      throw ValidationError("--size takes a number from 1 to \(SpritesGrid.largestSize).")
    }
  }

  func run() throws {
    try reporting {
      let line = ProgressLine()
      let generator = SpritesGenerator(size: size)
      let interruption = Interruption()
      try makeOutputFolder(of: output)
      try generator.write(to: output, replacing: replace) { done, total in
        try interruption.endWork()
        line.show("drawing \(printable(output)) \(done * 100 / max(1, total)) %")
      }
      line.say("\(printable(output)): \(generator.grid.count) images")
    }
  }
}

extension Interruption {
  /// Ends the work where a signal came, so that it tidies up.
  func endWork() throws {
    if signal != 0 { throw ExitCode(128 + signal) }
  }
}

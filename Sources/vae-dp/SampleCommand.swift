import ArgumentParser
import VAEDP

struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Draw from the prior and decode, into a picture.")

  @Argument(help: "A run folder (its best checkpoint, or its last) or a checkpoint file.")
  var model: String

  @Option(name: .shortAndLong, help: "How many.")
  var number = 64

  @Option(help: "Seed of the draws.")
  var seed: UInt64 = 0

  @Option(
    help: """
      A field that the model reads beside its latents, the same for all: label=3, a class by its name, or \
      age=0.5. Several may be given; classes that are not go through all in turn.
      """)
  var given: [String] = []

  @Option(name: .shortAndLong, help: "The PNG file.")
  var output: String

  @OptionGroup var threads: ThreadOption

  func validate() throws {
    guard (1...100_000).contains(number) else {
      throw ValidationError("-n takes a number from 1 to 100000.")
    }
  }

  func run() throws {
    try reporting {
      try RunFolder.requireNotInside(output)
      let trained = try TrainedModel(model, threads: threads.count)
      if threads.isAutomatic { ProgressLine().say("\(try trained.chooseThreads())") }
      let images = try trained.runner.sample(
        count: number, seed: seed, given: try trained.given(given, count: number))
      let shape = [number] + trained.runner.model.exampleShape
      try writeOutput(ImageGrid(images, shape: shape).png(), to: output)
      try put(output)
    }
  }
}

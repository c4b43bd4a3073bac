import ArgumentParser
import VAEDP

@main
struct VAEDPCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vae-dp",
    abstract: "Trains variational autoencoders on the cores of one machine.",
    discussion: "Begin with: vae-dp train configs/conv.json",
    version: programVersion,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, ExportCommand.self, SampleCommand.self,
      SummaryCommand.self, VerifyCommand.self, DataCommand.self, BenchCommand.self,
      InspectCommand.self, RehearseCommand.self,
    ])
}

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
      InspectCommand.self, SchemaCommand.self, RehearseCommand.self,
    ])

  static func main() {
    Interruption.restoreSignals()
    if let problem = argumentThatIsNoText() { exit(withError: ValidationError(problem)) }
    let words = CommandLine.arguments.dropFirst()
    if let problem = unknownCommand(in: words) { exit(withError: ValidationError(problem)) }
    main(nil)
  }

  /// What is wrong with an argument that is not UTF-8, which Swift's strings cannot hold: it would be taken for
  /// another name. Nil where all are.
  private static func argumentThatIsNoText() -> String? {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let bytes = unsafe CommandLine.unsafeArgv[index] else { continue }
      if unsafe String(validatingCString: bytes) != nil { continue }
      return "argument \(index), \(printable(unsafe String(cString: bytes))), is not UTF-8. "
        + "Rename the file, or give a link to it, or run the program in its folder."
    }
    return nil
  }

  /// What is wrong with a word that names no command where one is needed; nil where none does.
  private static func unknownCommand(in words: ArraySlice<String>) -> String? {
    var command: any ParsableCommand.Type = self
    for word in words.drop(while: { $0 == "help" }) {
      let commands = command.configuration.subcommands
      if commands.isEmpty || word.hasPrefix("-") { return nil }
      if let next = commands.first(where: { $0.configuration.commandName == word }) {
        command = next
        continue
      }
      let names = commands.map { $0.configuration }.filter(\.shouldDisplay)
        .compactMap(\.commandName)
      let near = nearestName(to: word, among: names).map { "; did you mean '\($0)'?" } ?? "."
      return "unknown command '\(printable(word))'\(near) Commands: "
        + names.joined(separator: ", ") + "."
    }
    return nil
  }
}

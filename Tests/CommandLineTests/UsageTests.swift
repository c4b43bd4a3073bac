import Foundation
import Testing

@Suite struct UsageTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test func everyCommandHasHelp() throws {
    let help = try run("--help", in: folder)
    #expect(help.code == 0 && help.output.contains("USAGE: vae-dp <subcommand>"))
    let list = help.output.components(separatedBy: "SUBCOMMANDS:\n").last ?? ""
    let lines = list.components(separatedBy: "\n\n")[0]
    let names = lines.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    let known = ["train", "evaluate", "export", "sample", "summary", "data"]
    #expect(Set(names).isSuperset(of: known), "\(names)")
    for command in names.filter({ $0 != "help" }).map({ [$0] })
      + [
        ["data", "sprites"], ["data", "mnist"], ["data", "fashion-mnist"], ["data", "cifar10"],
        ["data", "binarized-mnist"],
      ]
    {
      let result = try Program(command + ["--help"], in: folder).wait()
      #expect(result.code == 0, "\(command)")
      #expect(result.output.contains("USAGE: vae-dp \(command.joined(separator: " "))"))
      #expect(result.output.contains("OVERVIEW: "), "\(command)")
    }
  }

  @Test func theVersionIsANumber() throws {
    let result = try run("--version", in: folder)
    #expect(result.code == 0 && result.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  @Test(arguments: [
    ["nonsense"], ["train"], ["train", "small.json", "--threads", "0"],
    ["train", "small.json", "--threads", "many"], ["train", "small.json", "--threads", "1,2"],
    ["bench", "small.json", "--threads", "1,"], ["bench", "small.json", "--threads", "1,auto"],
    ["bench", "small.json", "--threads", "2,5000"], ["train", "small.json", "--max-time", "soon"],
    ["evaluate", "run", "--samples", "0"], ["export", "run"],
    ["export", "run", "--format", "pickle"], ["sample", "run"],
    ["sample", "run", "-n", "0", "-o", "a.png"], ["summary"], ["data", "mnist"],
    ["data", "cifar10", "--from", "folder", "--download"],
    ["data", "sprites", "--size", "0"], ["data", "sprites", "--size", "737281"],
    ["summary", "run", "training.epochs=3"], ["bench", "small.json", "--profile", "--json"],
    ["bench", "small.json", "--seconds", "0"],
  ])
  func wrongUsageIs64(arguments: [String]) throws {
    let result = try Program(arguments, in: folder).wait()
    #expect(result.code == 64)
    #expect(result.errors.contains("Error: ") && result.output.isEmpty)
  }

  @Test(arguments: [
    (["trian", "small.json"], "unknown command 'trian'; did you mean 'train'? Commands: train, "),
    (["help", "evalute"], "unknown command 'evalute'; did you mean 'evaluate'? Commands: "),
    (
      ["data", "sprits"],
      "unknown command 'sprits'; did you mean 'sprites'? Commands: "
    ),
    (["a\u{1B}[31m"], "unknown command 'a\\u001b[31m'. Commands: train, "),
  ])
  func aMisspeltCommandIsGuessed(arguments: [String], message: String) throws {
    let result = try Program(arguments, in: folder).wait()
    #expect(result.code == 64 && result.output.isEmpty)
    #expect(result.errors.hasPrefix("Error: \(message)"), "\(result.errors)")
    #expect(!result.errors.contains("rehearse"))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsKnowTheCommands(shell: String) throws {
    let result = try run("--generate-completion-script", shell, in: folder)
    #expect(result.code == 0 && result.output.contains("evaluate"))
  }

  @Test func aConfigurationErrorIs78WithFileLineAndPath() throws {
    var text = String(decoding: try folder.bytes("small.json"), as: UTF8.self)
    text.replace("\"batchSize\": 6", with: "\"batchSize\": 0")
    try folder.write(text, to: "wrong.json")
    let result = try run("train", "wrong.json", in: folder)
    #expect(result.code == 78)
    #expect(
      result.errors
        == "vae-dp: wrong.json:11: training.batchSize: expected an integer from 1 to 1000000, "
        + "found 0\n")
    let override = try run("train", "small.json", "training.epochz=3", in: folder)
    #expect(override.code == 78)
    #expect(override.errors.hasPrefix("vae-dp: command line: training.epochz: unknown key"))
    #expect(try run("train", "none.json", in: folder).code == 66)
  }

  @Test func aModelThatDoesNotFitIs78() throws {
    let result = try run(
      "train", "small.json", "model.decoder=[{ \"dense\": { \"units\": 9 } }]", in: folder)
    #expect(result.code == 78)
    #expect(result.errors.contains("expected a decoder that ends in the examples' shape [6, 6, 1]"))
  }

  /// More operations than 2⁶³, for a machine that there is none of.
  @Test func theLargestLayersHaveASummary() throws {
    let result = try run(
      "summary", "small.json", "training.batchSize=1000000", "training.shards=1",
      "model.encoder=[\"flatten\", {\"dense\": {\"units\": 16777216}}, "
        + "{\"dense\": {\"units\": 16777216}}]", in: folder)
    #expect(result.code == 0, "\(result.errors.prefix(300))")
    #expect(result.output.contains("281 474 993 487 872"), "\(result.output)")
  }

  @Test func whatIsNotThereIs66() throws {
    let data = try run("train", "small.json", "data.file=none.h5", in: folder)
    #expect(data.code == 66)
    #expect(data.errors.contains("\nvae-dp: none.h5: missingFile: expected an HDF5 file"))
    for command in ["evaluate", "summary"] {
      #expect(try run(command, "none", in: folder).code == 66, "\(command)")
    }
    #expect(try run("data", "mnist", "--from", "none", in: folder).code == 66)
  }

  @Test func whatIsNoCheckpointIs65() throws {
    #expect(try run("evaluate", "data.h5", in: folder).code == 65)
  }

  @Test func spritesAreNotReplacedUnlessAsked() throws {
    #expect(try run("data", "sprites", "-o", "new/s.h5", "--size", "30", in: folder).code == 0)
    let again = try run("data", "sprites", "-o", "new/s.h5", "--size", "30", in: folder)
    #expect(again.code == 73 && again.errors.contains("--replace"))
    let replaced = try run(
      "data", "sprites", "-o", "new/s.h5", "--size", "30", "--replace", in: folder)
    #expect(replaced.code == 0 && replaced.errors.contains("new/s.h5: "))
  }

  /// Output that nobody reads ends the program or is lost; it does not make it wait.
  @Test func outputThatNobodyReadsDoesNotHang() throws {
    for arguments in [["summary", "small.json"], ["--help"]] {
      let result = try Program(arguments, in: folder, deafOutput: true).wait(seconds: 20)
      #expect([0, 128 + SIGPIPE].contains(result.code), "\(arguments)")
    }
  }

  /// Swift would make other characters of it, and so another file.
  @Test func anArgumentThatIsNotUTF8IsRefused() throws {
    let folder = try ScratchFolder()
    let result = try Program(
      [], in: folder, start: #"exec "$1" data sprites --size 10 -o "$(printf 'a\377.h5')""#
    ).wait()
    #expect(result.code == 64 && result.errors.contains("is not UTF-8"), "\(result)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path).allSatisfy {
        !$0.hasPrefix("a")
      })
  }
}

import Foundation
import Testing

/// The table of exit codes says what the program does.
@Suite struct ExitCodeTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// The codes of the table in the page of configurations.
  private func documented() throws -> Set<Int32> {
    let page = try Documents.text("Documentation/configuration.md")
    let table = page.components(separatedBy: "| exit code | when |\n|---|---|\n").last ?? ""
    let rows = table.prefix { $0 != "#" }.split(separator: "\n").prefix { $0.hasPrefix("|") }
    return Set(
      rows.flatMap { $0.split(separator: "|")[0].split(separator: ",") }
        .compactMap { Int32($0.trimmingCharacters(in: .whitespaces)) })
  }

  /// Commands and their codes; what needs an accident, as a full disk or a signal, has tests elsewhere.
  private static let commands: [(code: Int32, arguments: [String])] = [
    (0, ["train", "small.json", "--output", "run"]),
    (
      20,
      [
        "train", "small.json", "--output", "b", "model.likelihood=gaussian",
        "training.optimizer={\"sgd\": {\"learningRate\": 1e30}}",
      ]
    ),
    (64, ["trian"]),
    (65, ["evaluate", "data.h5"]),
    (66, ["evaluate", "none"]),
    (66, ["bench", "all"]),
    (73, ["train", "small.json", "--output", "run"]),
    (78, ["train", "small.json", "training.epochz=3"]),
  ]
  private static let elsewhere: Set<Int32> = [1, 69, 70, 74, 75, 129, 130, 143]

  @Test func theTableIsWhatCommandsAnswer() throws {
    for (code, arguments) in Self.commands {
      let result = try Program(arguments, in: folder).wait()
      #expect(result.code == code, "\(arguments): \(result.errors)")
    }
    #expect(try documented() == Self.elsewhere.union(Self.commands.map(\.code)))
  }
}

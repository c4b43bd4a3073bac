import Foundation
import Testing

/// Runs that are used from another folder than they were made in.
@Suite struct ElsewhereTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
    #expect(try run("train", "small.json", "--output", "run", in: folder).code == 0)
    for name in ["sub", "sub/moved"] {
      try FileManager.default.createDirectory(
        at: folder.url.appending(path: name), withIntermediateDirectories: true)
    }
  }

  private func inSub(_ arguments: String...) throws -> Program.Result {
    try Program(arguments, in: folder, subfolder: "sub").wait()
  }

  private func move(_ name: String, to newName: String) throws {
    try FileManager.default.moveItem(
      at: folder.url.appending(path: name), to: folder.url.appending(path: newName))
  }

  private func dataFolder() throws -> String? {
    try folder.object("run/environment.json")["dataFolder"] as? String
  }

  @Test func aPathMeansWhatItMeantWhenTheRunWasMade() throws {
    let here = try run("evaluate", "run", "--json", in: folder)
    let there = try inSub("evaluate", "../run", "--json")
    #expect(there.code == 0 && there.output == here.output, "\(there.errors)")
    // Not the data that happen to have the same name there.
    try folder.write("no data", to: "sub/data.h5")
    #expect(try inSub("evaluate", "../run", "--json").output == here.output)
    #expect(try inSub("evaluate", "../run", "--split", "train/images").code == 0)
  }

  @Test func dataThatMovedAreFoundByTheWorkingFolder() throws {
    let before = try run("evaluate", "run", "--json", in: folder)
    try move("data.h5", to: "sub/data.h5")
    try move("run", to: "sub/moved/run")
    let after = try inSub("evaluate", "moved/run", "--json")
    #expect(after.code == 0 && after.output == before.output, "\(after.errors)")
  }

  @Test func dataThatAreNowhereAreAskedFor() throws {
    try move("data.h5", to: "other.h5")
    let result = try inSub("evaluate", "../run")
    #expect(result.code == 66)
    #expect(result.errors.hasPrefix("vae-dp: data.h5: expected the file"), "\(result.errors)")
    #expect(result.errors.contains("--data FILE"))
    #expect(try inSub("evaluate", "../run", "--data", "../other.h5").code == 0)
  }

  /// A checkpoint leaves the machine; where it was made is nobody's business there.
  @Test func onlyTheRunFolderKnowsTheFolder() throws {
    let path = folder.url.resolvingSymlinksInPath().path
    #expect(try dataFolder() == path)
    let checkpoint = try folder.bytes("run/checkpoints/last.h5")
    #expect(!String(decoding: checkpoint, as: UTF8.self).contains(path))
  }

  @Test func aTrainingGoesOnFromAnotherFolder() throws {
    let kept = try dataFolder()
    let more = ["training.epochs=3", "--resume", "auto", "--output", "../run"]
    let result = try Program(["train", "../small.json"] + more, in: folder, subfolder: "sub").wait()
    #expect(result.code == 0 && result.errors.contains("done: 18 steps"), "\(result.errors)")
    #expect(!result.errors.contains("changed: data"))
    #expect(try dataFolder() == kept)
    #expect(try inSub("evaluate", "../run").code == 0)
    // A run of its own knows nothing of that folder.
    #expect(try inSub("train", "../small.json", "--output", "new").code == 66)
  }
}

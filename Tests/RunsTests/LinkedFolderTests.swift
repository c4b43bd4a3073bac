import Checkpoints
import Files
import Foundation
import Glibc
import Runs
import Testing
import Training

/// A run folder may have been made by somebody else: nothing in it is followed.
@Suite struct LinkedFolderTests {
  private let scratch: ScratchFolder
  private let files = LocalFileSystem()

  init() throws {
    scratch = try ScratchFolder()
    try scratch.writeData()
    try RunSample.train(scratch, "run", until: 3)
    try Data("mine".utf8).write(to: URL(filePath: scratch.path("precious")))
  }

  private func replace(_ name: String, by put: (String) throws -> Void) throws {
    let path = scratch.path("run/\(name)")
    try? FileManager.default.removeItem(atPath: path)
    try put(path)
  }

  /// Goes on for two steps, over the end of an epoch, and tells all that was said, an error included.
  private func resume() throws -> String {
    let events = RunSample.Events()
    do {
      try RunSample.train(scratch, "run", resume: .automatic, until: 5, events: events)
    } catch {
      events.lines.append("\(error)")
    }
    return events.lines.joined(separator: "\n")
  }

  /// All files that a run writes.
  @Test(arguments: [
    "run.lock", "config.json", "environment.json", "metrics.jsonl", "metrics.csv", "status.json",
    "checkpoints/checkpoints.json", "checkpoints/step-000000004.h5", "samples/epoch-0001.png",
    "samples/reconstructions-0001.png",
  ])
  func aLinkInAFilesPlaceIsNamedAndNotFollowed(name: String) throws {
    try replace(name) { try files.createLink($0, to: scratch.path("precious")) }
    let said = try resume()
    #expect(said.contains("run/\(name): ") && said.contains("a symbolic link"), "\(said)")
    #expect(try scratch.text("precious") == "mine")
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path("run/\(name)"))
        == scratch.path("precious"))
  }

  @Test(arguments: ["run.lock", "config.json", "metrics.jsonl", "status.json"])
  func pipesAndFoldersAreNamed(name: String) throws {
    try replace(name) { #expect(unsafe mkfifo($0, 0o600) == 0) }
    var said = try resume()
    #expect(said.contains("run/\(name): ") && said.contains("a pipe in its place"), "\(said)")
    try replace(name) { try files.createFolder($0) }
    said = try resume()
    #expect(said.contains("run/\(name): ") && said.contains("a folder in its place"), "\(said)")
  }

  @Test func aLockWithASecondNameIsLeftAlone() throws {
    try replace("run.lock") {
      try FileManager.default.linkItem(atPath: scratch.path("precious"), toPath: $0)
    }
    #expect(
      try resume().contains("run.lock: expected a file that can be written, found a file that"))
    #expect(try scratch.text("precious") == "mine")
  }

  /// What lies staged is removed, not what it leads to.
  @Test func stagedLinksAreRemoved() throws {
    for name in [".config.json.partial", "samples/.epoch-0001.png.partial"] {
      try files.createLink(scratch.path("run/\(name)"), to: scratch.path("precious"))
    }
    #expect(try !resume().contains("symbolic"))
    #expect(try scratch.text("precious") == "mine")
    #expect(try !scratch.names("run").contains(".config.json.partial"))
  }

  @Test(arguments: ["checkpoints", "samples"])
  func aLinkedFolderInsideIsRefused(name: String) throws {
    let aside = scratch.path("aside")
    try FileManager.default.moveItem(atPath: scratch.path("run/\(name)"), toPath: aside)
    try files.createLink(scratch.path("run/\(name)"), to: aside)
    let before = try files.list(aside)
    let said = try resume()
    #expect(said.contains("run/\(name): ") && said.contains("a symbolic link"), "\(said)")
    #expect(try files.list(aside) == before)
    if name == "checkpoints" {
      #expect(throws: IOFailure.self) { _ = try TrainedModel(scratch.path("run")) }
    }
  }

  @Test func aLinkedExportIsRefusedUnlessItIsNamed() throws {
    let (model, aside) = (try TrainedModel(scratch.path("run")), scratch.path("aside"))
    try files.createFolder(aside)
    try files.createLink(scratch.path("run/export"), to: aside)
    #expect(throws: IOFailure.self) {
      _ = try model.export(.safetensors, to: model.defaultExportFolder)
    }
    #expect(try files.list(aside).isEmpty)
    let link = scratch.path("link")
    try files.createLink(link, to: aside)
    #expect(try model.export(.hdf5, to: link) == ["\(link)/model.h5"])
    try files.createLink("\(aside)/model.safetensors", to: scratch.path("precious"))
    let error = #expect(throws: OutputError.self) {
      _ = try model.export(.safetensors, to: aside)
    }
    #expect(error?.failure.path == "\(aside)/model.safetensors")
    #expect(try scratch.text("precious") == "mine")
  }

  /// Runs may lie on another disk: the folder's own path is the caller's.
  @Test func theFolderItselfMayBeALink() throws {
    try FileManager.default.moveItem(
      atPath: scratch.path("run"), toPath: scratch.path("elsewhere"))
    try files.createLink(scratch.path("run"), to: scratch.path("elsewhere"))
    #expect(try resume().contains("saved step-000000004.h5"))
    #expect(try TrainedModel(scratch.path("run")).state.step == 4)
    #expect(try TrainedModel(scratch.path("run/checkpoints/last.h5")).state.step == 5)
  }
}

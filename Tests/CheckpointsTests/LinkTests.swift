import Checkpoints
import Files
import Foundation
import Testing
import Training

/// What has a file's name may be somebody else's doing.
@Suite struct LinkTests {
  private let folder: ScratchFolder
  private let files = LocalFileSystem()

  init() throws { folder = try ScratchFolder() }

  /// Our own links are replaced, and so is a copy that has taken the place of one.
  @Test func linksOfTheStoreAreReplaced() throws {
    try folder.save([10])
    try FileManager.default.removeItem(atPath: folder.file("last.h5"))
    try files.write([1], to: folder.file("last.h5"))
    try folder.save([20])
    #expect(try CheckpointLoader.load(path: folder.file("last.h5")).entry.step == 20)
  }

  /// A link that leads elsewhere is read through where the caller names it; as a checkpoint's or the
  /// manifest's name it is not.
  @Test func checkpointsAreNoLinks() throws {
    try folder.save([10, 20])
    let (newest, aside) = (folder.file("step-000000020.h5"), folder.path("aside.h5"))
    try FileManager.default.moveItem(atPath: newest, toPath: aside)
    try files.createLink(newest, to: aside)
    let loaded = try #require(try CheckpointLoader(folder: folder.checkpoints).loadLast())
    #expect(loaded.entry.step == 10 && loaded.problems[0].description.contains("a symbolic link"))
    #expect(try CheckpointLoader.load(path: newest).entry.step == 20)
    let manifest = folder.file("checkpoints.json")
    try FileManager.default.moveItem(atPath: manifest, toPath: folder.path("aside.json"))
    try files.createLink(manifest, to: folder.path("aside.json"))
    #expect(throws: CheckpointError.self) {
      try folder.store().save(.sample(30), isBest: false)
    }
    #expect(try files.read(folder.path("aside.json")).count > 100)
  }

  @Test(arguments: ["/dev/zero", "/dev/null", "."])
  func aNameThatLeadsToNoFileIsAnError(target: String) throws {
    try files.createLink(folder.path("last.h5"), to: target)
    let error = #expect(throws: CheckpointError.self) {
      try CheckpointLoader.load(path: folder.path("last.h5"))
    }
    #expect(error?.code == .inputOutput)
  }

  /// The loader's caller has the last word, and what the manifest says of a file must be in it.
  @Test func aCheckpointThatMakesNoSenseIsPassedOver() throws {
    try folder.save([10, 20])
    let loader = CheckpointLoader(folder: folder.checkpoints) {
      (checkpoint, file) throws(CheckpointError) in
      let step = checkpoint.snapshot.state.step
      if step == 10 { return }
      throw CheckpointError(
        .damaged, file, expected: "step 10", found: "\(step)")
    }
    #expect(try loader.loadLast()?.entry.step == 10)
    try files.remove(folder.file("checkpoints.json"))
    #expect(try loader.loadLast()?.entry.step == 10)
    #expect(try loader.entries().map(\.step) == [10])
  }

  @Test func aManifestThatContradictsAFileIsNotBelieved() throws {
    try folder.save([100, 200])
    let manifest = String(decoding: try folder.bytes("checkpoints.json"), as: UTF8.self)
    let changed = manifest.replacing("\"epoch\" : 2", with: "\"epoch\" : 7")
    #expect(changed != manifest)
    try files.write(Array(changed.utf8), to: folder.file("checkpoints.json"))
    let loaded = try CheckpointLoader(folder: folder.checkpoints).loadLast()
    #expect(loaded?.entry.step == 100 && loaded?.problems.first?.error.code == .damaged)
  }
}

import Checkpoints
import Files
import Foundation
import Testing
import Training

@Suite struct StoreTests {
  @Test func anEmptyOrMissingFolderHasNothing() throws {
    let folder = try ScratchFolder()
    let loader = CheckpointLoader(folder: folder.checkpoints)
    #expect(try loader.loadLast() == nil)
    #expect(try loader.loadBest() == nil)
    _ = try folder.store()
    #expect(try loader.loadLast() == nil)
    #expect(try loader.entries().isEmpty)
  }

  @Test func aSaveIsListedWithItsHash() throws {
    let folder = try ScratchFolder()
    let entry = try folder.store().save(.sample(500, epoch: 2), isBest: true)
    let bytes = try folder.bytes("step-000000500.h5")
    #expect(entry == CheckpointEntry(of: bytes, .init(step: 500, epoch: 2, isBest: true)))
    let manifest = try #require(
      try JSONSerialization.jsonObject(with: Data(folder.bytes("checkpoints.json")))
        as? [String: Any])
    #expect(manifest["formatVersion"] as? Int == 1)
    #expect(manifest["last"] as? String == "step-000000500.h5")
    #expect(manifest["best"] as? String == "step-000000500.h5")
    let listed = try #require((manifest["entries"] as? [[String: Any]])?.first)
    #expect(listed["sha256"] as? String == hexadecimalSHA256(of: bytes))
    #expect(listed["byteCount"] as? Int == bytes.count)
    #expect(listed["epoch"] as? Int == 2)
  }

  @Test func theNewestTheBestAndTheLinksStay() throws {
    let folder = try ScratchFolder()
    try folder.save([10, 20, 30, 40, 50], keep: 2, best: 20)
    #expect(
      folder.names == [
        "best.h5", "checkpoints.json", "last.h5", "step-000000020.h5", "step-000000040.h5",
        "step-000000050.h5",
      ])
    let links = FileManager.default
    #expect(
      try links.destinationOfSymbolicLink(atPath: folder.file("last.h5")) == "step-000000050.h5")
    #expect(
      try links.destinationOfSymbolicLink(atPath: folder.file("best.h5")) == "step-000000020.h5")
    let loader = CheckpointLoader(folder: folder.checkpoints + "/")
    #expect(try loader.loadLast()?.entry.step == 50)
    #expect(try loader.loadBest()?.entry.step == 20)
    // A new best frees the old one.
    try folder.save([60], keep: 2, best: 60)
    #expect(try loader.entries().map(\.step) == [50, 60])
    #expect(try loader.entries().map(\.isBest) == [false, true])
    #expect(!folder.names.contains("step-000000020.h5"))
  }

  @Test func anExplicitPathMayBeALinkOrACopy() throws {
    let folder = try ScratchFolder()
    try folder.save([10, 20], best: 10)
    let best = try CheckpointLoader.load(path: folder.file("best.h5"))
    #expect(best.entry.step == 10 && best.isHashVerified && best.problems.isEmpty)
    let copy = folder.path("copy.h5")
    try LocalFileSystem().write(folder.bytes("step-000000020.h5"), to: copy)
    let loaded = try CheckpointLoader.load(path: copy)
    #expect(loaded.entry.step == 20 && !loaded.isHashVerified && loaded.problems.isEmpty)
    let error = #expect(throws: CheckpointError.self) {
      try CheckpointLoader.load(path: folder.path("none.h5"))
    }
    #expect(error?.code == .missingFile)
  }

  @Test func oneStepIsSavedTwice() throws {
    let folder = try ScratchFolder()
    try folder.save([10, 20], best: 10)
    try folder.store(keep: 5).save(.sample(99, step: 10), isBest: false)
    let loader = CheckpointLoader(folder: folder.checkpoints)
    let last = try #require(try loader.loadLast())
    // The newest is the one saved last, and it stays the best.
    #expect(last.entry.step == 10 && last.problems.isEmpty)
    #expect(try firstDifference(last.checkpoint, .sample(99, step: 10)) == nil)
    #expect(try loader.entries().map(\.step) == [20, 10])
    #expect(try loader.loadBest()?.entry == last.entry)
  }

  @Test func strayPartialsAreRemovedAndOtherFilesStay() throws {
    let folder = try ScratchFolder()
    try folder.save([10])
    for name in [".step-000000020.h5.partial", ".checkpoints.json.partial", "notes.txt"] {
      try LocalFileSystem().write([1], to: folder.file(name))
    }
    // Whoever only reads removes nothing: the file may be growing.
    _ = try CheckpointLoader(folder: folder.checkpoints).loadLast()
    #expect(folder.names.contains(".step-000000020.h5.partial"))
    _ = try folder.store()
    #expect(folder.names == ["checkpoints.json", "last.h5", "notes.txt", "step-000000010.h5"])
  }

  @Test func aSnapshotThatCannotBeWrittenLeavesTheOldOne() throws {
    let folder = try ScratchFolder()
    try folder.save([10])
    var checkpoint = try Checkpoint.sample(20)
    checkpoint.snapshot.parameters[0].values.removeLast()
    let store = try folder.store()
    let error = #expect(throws: CheckpointError.self) {
      try store.save(checkpoint, isBest: false)
    }
    #expect(error?.code == .shapeMismatch)
    #expect(folder.names == ["checkpoints.json", "last.h5", "step-000000010.h5"])
    #expect(try store.loader.loadLast()?.entry.step == 10)
  }

  @Test func aReadOnlyPlaceIsAnError() throws {
    let folder = try ScratchFolder()
    try LocalFileSystem().write([], to: folder.checkpoints)
    let error = #expect(throws: CheckpointError.self) { try folder.store() }
    #expect(error?.code == .missingFile || error?.code == .inputOutput)
  }
}

@Suite struct RetentionTests {
  private func entries(_ steps: Int..., best: Int? = nil) -> [CheckpointEntry] {
    steps.map { CheckpointEntry(of: [1], .init(step: $0, epoch: 0, isBest: $0 == best)) }
  }

  @Test func theNewestAndTheBestStay() {
    #expect(surplus(of: [], keep: 1).isEmpty)
    #expect(surplus(of: entries(1, 2, 3), keep: 3).isEmpty)
    #expect(surplus(of: entries(1, 2, 3), keep: 1).map(\.step) == [1, 2])
    #expect(surplus(of: entries(1, 2, 3, 4, best: 2), keep: 1).map(\.step) == [1, 3])
    #expect(surplus(of: entries(1, 2, 3, best: 3), keep: 2).map(\.step) == [1])
    // Newest by saving, not by step: a training went back.
    #expect(surplus(of: entries(8, 9, 4), keep: 2).map(\.step) == [8])
  }

  @Test func fileNamesSortAsSteps() {
    #expect(CheckpointEntry.fileName(step: 500) == "step-000000500.h5")
    #expect(CheckpointEntry.fileName(step: 12_345_678_901) == "step-12345678901.h5")
  }

  @Test func keepingNoneTraps() async {
    await #expect(processExitsWith: .failure) { _ = surplus(of: [], keep: 0) }
  }
}

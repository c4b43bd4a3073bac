import Checkpoints
import Files
import TestScale
import Testing
import Training

@Suite struct DamageTests {
  /// Damages the newest of three checkpoints, and expects the one before it, and the damage named.
  private func expectFallback(
    _ folder: ScratchFolder, _ code: CheckpointError.Code, _ place: Comment,
    _ change: (inout [UInt8]) -> Void
  ) throws {
    let (newest, before) = ("step-000000030.h5", "step-000000020.h5")
    let whole = try folder.bytes(newest)
    try folder.damage(newest, change)
    let loader = CheckpointLoader(folder: folder.checkpoints)
    let loaded = try #require(try loader.loadLast())
    #expect(loaded.entry.file == before && loaded.isHashVerified, place)
    let difference = try firstDifference(loaded.checkpoint, .sample(20))
    #expect(difference == nil, place)
    #expect(loaded.problems.map(\.path) == [folder.file(newest)], place)
    #expect(loaded.problems.first?.error.code == code, place)
    #expect(loaded.problems.first?.description.contains(newest) == true, place)
    let error = #expect(throws: CheckpointError.self) {
      try CheckpointLoader.load(path: folder.file(newest))
    }
    #expect(error?.code == code, place)
    try folder.damage(newest) { $0 = whole }
  }

  @Test func truncatedFilesAreRefused() throws {
    let folder = try ScratchFolder()
    try folder.save([10, 20, 30])
    let step = TestScale.count(997, torture: 97)
    for length in stride(from: 0, to: try folder.bytes("step-000000030.h5").count, by: step) {
      try expectFallback(folder, .checksumMismatch, "\(length) bytes") {
        $0.removeLast($0.count - length)
      }
    }
  }

  /// Bits all over the file, none twice: 7919 is prime.
  @Test func flippedBitsAreRefused() throws {
    let folder = try ScratchFolder()
    try folder.save([10, 20, 30])
    let count = 8 * (try folder.bytes("step-000000030.h5").count)
    for number in 0..<TestScale.count(40, torture: 10_000) {
      let bit = number * 7919 % count
      try expectFallback(folder, .checksumMismatch, "bit \(bit)") { $0[bit / 8] ^= 1 << (bit % 8) }
    }
  }

  @Test func zeroedPagesAreRefused() throws {
    let folder = try ScratchFolder()
    try folder.save([10, 20, 30])
    for start in stride(from: 0, to: try folder.bytes("step-000000030.h5").count, by: 4096) {
      try expectFallback(folder, .checksumMismatch, "page at \(start)") {
        for i in start..<min(start + 4096, $0.count) { $0[i] = 0 }
      }
    }
  }

  @Test func aMissingFileIsPassedOver() throws {
    let folder = try ScratchFolder()
    try folder.save([10, 20])
    try LocalFileSystem().remove(folder.file("step-000000020.h5"))
    let loaded = try #require(try CheckpointLoader(folder: folder.checkpoints).loadLast())
    #expect(loaded.entry.step == 10)
    #expect(loaded.problems.map(\.error.code) == [.missingFile])
  }

  @Test func whereNoneIsGoodEachIsNamed() throws {
    let folder = try ScratchFolder()
    try folder.save([10, 20], best: 20)
    for name in ["step-000000010.h5", "step-000000020.h5"] {
      try folder.damage(name) { $0[99] ^= 4 }
    }
    let loader = CheckpointLoader(folder: folder.checkpoints)
    let error = #expect(throws: CheckpointError.self) { try loader.loadLast() }
    #expect(error?.code == .noneUsable)
    #expect(error?.found.contains("step-000000010.h5") == true)
    #expect(error?.found.contains("step-000000020.h5") == true)
    // The best has no substitute.
    let best = #expect(throws: CheckpointError.self) { try loader.loadBest() }
    #expect(best?.code == .checksumMismatch)
  }

  @Test(arguments: [
    "", "{", "[1]", #"{"formatVersion": 1}"#,
    #"{"formatVersion": 1, "entries": [], "obsolete": ["../precious.h5"]}"#,
    #"{"formatVersion": 1, "entries": [], "last": "step-000000010.h5", "obsolete": []}"#,
  ])
  func aDamagedManifestIsMadeAnew(text: String) throws {
    let folder = try ScratchFolder()
    try folder.save([10, 20, 30], best: 20)
    let entries = try CheckpointLoader(folder: folder.checkpoints).entries()
    try folder.damage("checkpoints.json") { $0 = Array(text.utf8) }
    try expectRebuilt(folder, entries, .damaged)
    // A save makes the manifest good again.
    try folder.save([40], keep: 2)
    let loader = CheckpointLoader(folder: folder.checkpoints)
    #expect(try loader.entries().map(\.step) == [20, 30, 40])
    #expect(try loader.loadLast()?.problems.isEmpty == true)
  }

  @Test func aMissingManifestIsMadeAnew() throws {
    let folder = try ScratchFolder()
    try folder.save([10, 20, 30], best: 20)
    let entries = try CheckpointLoader(folder: folder.checkpoints).entries()
    try LocalFileSystem().remove(folder.file("checkpoints.json"))
    try expectRebuilt(folder, entries, .missingFile)
  }

  private func expectRebuilt(
    _ folder: ScratchFolder, _ entries: [CheckpointEntry], _ code: CheckpointError.Code
  ) throws {
    let loader = CheckpointLoader(folder: folder.checkpoints)
    #expect(try loader.entries() == entries)
    let last = try #require(try loader.loadLast())
    #expect(last.entry.step == 30 && !last.isHashVerified)
    #expect(last.problems.map(\.path) == [folder.file("checkpoints.json")])
    #expect(last.problems.first?.error.code == code)
    #expect(try loader.loadBest()?.entry.step == 20)
  }

  /// Without a manifest a file's own checksums must find what its SHA-256 would have found.
  @Test func withoutAManifestDamageIsFoundByTheFileItself() throws {
    let folder = try ScratchFolder()
    try folder.save([10, 20])
    try LocalFileSystem().remove(folder.file("checkpoints.json"))
    let newest = "step-000000020.h5"
    let whole = try folder.bytes(newest)
    let values = try Checkpoint.sample(20).snapshot.parameters[0].values
    let start = try #require(whole.firstIndex(of: values.flatMap(\.littleEndianBytes)))
    try folder.damage(newest) { $0[start + 5] ^= 1 }
    let loaded = try #require(try CheckpointLoader(folder: folder.checkpoints).loadLast())
    #expect(loaded.entry.step == 10)
    #expect(loaded.problems.map(\.path).contains(folder.file(newest)))
    // A chunk of zeros has the checksum 0: only the content digest sees it.
    try folder.damage(newest) {
      $0 = whole
      for i in start..<start + 4 * values.count + 4 { $0[i] = 0 }
    }
    let again = try #require(try CheckpointLoader(folder: folder.checkpoints).loadLast())
    #expect(again.entry.step == 10)
    #expect(again.problems.last?.error.code == .checksumMismatch)
  }

  @Test func aNewerManifestIsLeftAlone() throws {
    let folder = try ScratchFolder()
    try folder.save([10])
    let newer = Array(#"{"formatVersion": 2}"#.utf8)
    try folder.damage("checkpoints.json") { $0 = newer }
    let loader = CheckpointLoader(folder: folder.checkpoints)
    let loading = #expect(throws: CheckpointError.self) { try loader.loadLast() }
    let saving = #expect(throws: CheckpointError.self) { try folder.save([20]) }
    #expect(loading?.code == .unsupportedVersion && saving?.code == .unsupportedVersion)
    #expect(try folder.bytes("checkpoints.json") == newer)
  }
}

extension Float {
  fileprivate var littleEndianBytes: [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: bitPattern >> ($0 * 8)) }
  }
}

extension [UInt8] {
  fileprivate func firstIndex(of bytes: [UInt8]) -> Int? {
    indices.dropLast(bytes.count - 1).first { self[$0..<$0 + bytes.count].elementsEqual(bytes) }
  }
}

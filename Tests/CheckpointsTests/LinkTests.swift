import Checkpoints
import Foundation
import Glibc
import Testing
import Training

/// What has a file's name may be somebody else's doing.
@Suite struct LinkTests {
  private let folder: ScratchFolder
  private let files = LocalFileSystem()

  init() throws { folder = try ScratchFolder() }

  /// Things that are no plain file of one name, and what errors call them.
  enum Obstacle: String, CaseIterable {
    case link = "a symbolic link", dangling = "a symbolic link in", pipe = "a pipe"
    case folder = "a folder", device = "a symbolic link in its", second = "a hard link"
  }

  /// Puts it at a path; the file that a link leads to holds `mine`.
  private func put(_ obstacle: Obstacle, _ path: String) throws {
    let precious = folder.path("precious")
    try Data("mine".utf8).write(to: URL(filePath: precious))
    switch obstacle {
    case .link: try files.createLink(path, to: precious)
    case .dangling: try files.createLink(path, to: folder.path("nowhere"))
    case .device: try files.createLink(path, to: "/dev/null")
    case .pipe: #expect(unsafe mkfifo(path, 0o600) == 0)
    case .folder: try files.createFolder(path)
    case .second: try FileManager.default.linkItem(atPath: precious, toPath: path)
    }
  }

  private func expectRefusal(
    _ obstacle: Obstacle, _ path: String, _ place: Comment, _ work: () throws -> Void
  ) throws {
    let error = #expect(throws: IOFailure.self, place) { try work() }
    #expect(error?.path == path && error?.isMissing == false, place)
    #expect(error?.reason.contains(obstacle.rawValue) == true, "\(place): \(error?.reason ?? "")")
    #expect(try files.read(folder.path("precious")) == Array("mine".utf8), place)
    #expect(try !files.list(folder.path(".")).contains("nowhere"), place)
  }

  @Test(arguments: Obstacle.allCases)
  func noOperationGoesThroughIt(obstacle: Obstacle) throws {
    let (path, bytes) = (folder.path("file"), Array("new".utf8))
    try put(obstacle, path)
    try expectRefusal(obstacle, path, "write") { try files.write(bytes, to: path) }
    try expectRefusal(obstacle, path, "append") { try files.append(bytes, to: path) }
    try expectRefusal(obstacle, path, "update") { _ = try files.openToUpdate(path) }
    // A file with a second name is read, and replaced as any other.
    if obstacle == .second { return }
    try expectRefusal(obstacle, path, "read") { _ = try files.read(path) }
    try expectRefusal(obstacle, path, "replace") { try files.replace(path, with: bytes) }
    if obstacle != .folder {
      try expectRefusal(obstacle, path, "folder") { try files.createOwnFolder(path) }
    }
    #expect(try !files.list(folder.path(".")).contains { $0.hasSuffix(".partial") })
  }

  @Test(arguments: Obstacle.allCases)
  func noStagedFileGoesThroughIt(obstacle: Obstacle) throws {
    let staging = folder.path(".file.partial")
    try put(obstacle, staging)
    try expectRefusal(obstacle, staging, "stage") {
      try files.replace(folder.path("file"), with: [1])
    }
  }

  @Test func aFileTooLargeForTheMemoryIsRefused() throws {
    let path = folder.path("holes")
    try files.write([], to: path)
    #expect(unsafe truncate(path, 1 << 43) == 0)
    let error = #expect(throws: IOFailure.self) { _ = try files.read(path) }
    #expect(error?.errorNumber == ENOMEM)
  }

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
      try folder.store().save(.sample(30), step: 30, epoch: 0, isBest: false)
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
      (snapshot, label, file) throws(CheckpointError) in
      if label.step == 10 { return }
      throw CheckpointError(
        code: .damaged, object: file, expected: "step 10", found: "\(label.step)", remedy: "")
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

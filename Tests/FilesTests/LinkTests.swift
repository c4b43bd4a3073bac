import Files
import Foundation
import Glibc
import Testing

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
}

import FileTestSupport
import Files
import Testing

/// The one way in which files are replaced, under each of its names.
@Suite struct ReplacementTests {
  typealias Fault = FaultyFileSystem.Fault

  enum Way: CaseIterable, Sendable {
    case durableBytes, bytes, writtenFile, output, outputBytes

    func replace(_ path: String, with new: [UInt8], on files: FaultyFileSystem) throws {
      switch self {
      case .durableBytes: try files.replace(path, with: new)
      case .bytes: try files.replace(path, with: new, isDurable: false)
      case .writtenFile: try files.replace(path) { try LocalFileSystem().write(new, to: $0) }
      case .output:
        try writeOutput(to: path, on: files) { try LocalFileSystem().write(new, to: $0) }
      case .outputBytes: try writeOutput(new, to: path, on: files)
      }
    }
  }

  /// Fails the first operation, then the second, and so on, until a replacement gets through untouched.
  @Test(arguments: Fault.allCases, Way.allCases)
  func anyFaultLeavesTheOldFileOrTheNewOne(fault: Fault, way: Way) throws {
    let (old, new) = (Array("old".utf8), Array("newer".utf8))
    // Only who reads back what was written notices that.
    if fault == .silentlyShort, way != .durableBytes { return }
    for failAt in 1... {
      let place = Comment("\(fault) at operation \(failAt) of \(way)")
      let folder = try ScratchFolder()
      let path = folder.path("file")
      try LocalFileSystem().write(old, to: path)
      let files = FaultyFileSystem(fault, failAt: failAt)
      var failure: (any Error)?
      do { try way.replace(path, with: new, on: files) } catch { failure = error }
      let found = try LocalFileSystem().read(path)
      #expect(found == new || (failure != nil && found == old), place)
      let isCrash = fault == .crashBefore || fault == .crashAfter
      #expect(isCrash || folder.names == ["file"], place)
      // Whoever comes next is not in the way of what a crash has left, and leaves nothing of it.
      try way.replace(path, with: new, on: FaultyFileSystem(fault, failAt: .max))
      #expect(try LocalFileSystem().read(path) == new && folder.names == ["file"], place)
      if !files.reachedFault {
        #expect(failure == nil, place)
        break
      }
      if fault == .refused || fault == .diskFull, found == old {
        let text = "\(try #require(failure))"
        #expect(text.contains("file") && text.contains(": could not "), place)
      }
    }
  }

  @Test func staysOfCutOffReplacementsAreRemoved() throws {
    let (folder, files) = (try ScratchFolder(), LocalFileSystem())
    for name in [".a.partial", ".b.h5.partial", "c.partial", ".d"] {
      try files.write([1], to: folder.path(name))
    }
    try files.removeStaged(in: folder.path(""))
    #expect(folder.names == [".d", "c.partial"])
  }

  @Test(arguments: [("a", ".a.partial"), ("/a", "/.a.partial"), ("b/c/a.h5", "b/c/.a.h5.partial")])
  func filesGrowBesideTheirPlace(path: String, staging: String) {
    #expect(stagingPath(for: path) == staging && isStagingName(name(of: staging)))
  }
}

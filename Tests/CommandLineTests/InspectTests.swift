import Foundation
import HDF5
import TestScale
import Testing

/// `inspect` and its child, and what `data` leaves when it is stopped.
@Suite struct InspectTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Writes a file with more to list than a pipe takes.
  private func writeWide() throws {
    let file = try HDF5File.create(at: folder.url.appending(path: "wide.h5").path)
    for index in 0..<2000 { try file.createGroup("group-with-a-long-name-\(index)") }
    try file.close()
  }

  @Test func aReaderWhoHasSeenEnoughIsNotTheFilesFault() throws {
    try writeWide()
    let result = try Program(["inspect", "wide.h5"], in: folder, deafOutput: true).wait()
    #expect(result.code == 128 + SIGPIPE && result.errors.isEmpty, "\(result)")
  }

  /// A process that looks like the child of `parent`.
  private func child(of parent: Int32) -> Int32? {
    let path = "/proc/\(parent)/task/\(parent)/children"
    return (try? String(contentsOfFile: path, encoding: .utf8))?
      .split(separator: " ").first.flatMap { Int32($0) }
  }

  @Test(arguments: [SIGINT, SIGKILL])
  func theChildEndsWithItsParent(signal: Int32) throws {
    // So many values that the child reads for a while.
    let file = try HDF5File.create(at: folder.url.appending(path: "large.h5").path)
    let values = [Float](repeating: 1, count: 1 << 22)
    for index in 0..<12 {
      try file.write("x\(index)", shape: [1 << 12, 1 << 10], values: values.span)
    }
    try file.close()
    let program = try Program(["inspect", "large.h5"], in: folder)
    var found: Int32?
    for _ in 0..<20_000 where found == nil {
      found = child(of: program.identifier)
      usleep(200)
    }
    let child = try #require(found)
    usleep(30_000)  // Until it has begun.
    program.send(signal)
    #expect(try program.wait().code == 128 + signal)
    var isGone = false
    for _ in 0..<1000 where !isGone {
      // One that nobody has waited for yet is dead all the same.
      let status = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
      isGone = status.map { $0.contains(") Z ") } ?? true
      usleep(5000)
    }
    #expect(isGone, "the child lives on after its parent")
  }

  @Test func namesCannotBreakALine() throws {
    let file = try HDF5File.create(at: folder.url.appending(path: "names.h5").path)
    let values = [UInt8](repeating: 1, count: 4)
    try file.write("line\nend\u{9B}31m", shape: [2, 2], values: values.span)
    try file.close()
    let text = try run("inspect", "names.h5", in: folder)
    #expect(text.output.contains("  line\\u000aend\\u009b31m  [2, 2] uint8"), "\(text.output)")
    let json = try run("inspect", "names.h5", "--json", in: folder)
    #expect(!json.output.unicodeScalars.contains { (0x7F..<0xA0).contains($0.value) })
    let entries = try ScratchFolder.object(Data(json.output.utf8))["entries"] as? [[String: Any]]
    #expect(entries?.first?["path"] as? String == "line\nend\u{9B}31m")
  }

  @Test(
    .enabled(if: Sanitizer.current != .thread, "the thread sanitizer holds signals back"),
    arguments: [SIGINT, SIGTERM])
  func dataThatIsStoppedLeavesNothing(signal: Int32) throws {
    let program = try Program(["data", "sprites", "-o", "sprites.h5"], in: folder)
    for _ in 0..<20_000 where !folder.exists(".sprites.h5.partial") { usleep(500) }
    #expect(folder.exists(".sprites.h5.partial"))
    program.send(signal)
    #expect(try program.wait().code == 128 + signal)
    #expect(!folder.exists(".sprites.h5.partial") && !folder.exists("sprites.h5"))
  }

  @Test func missingChunksNeedTheKey() throws {
    let file = try HDF5File.create(at: folder.url.appending(path: "part.h5").path)
    try file.createDataset("train/images", shape: [40_000, 36], of: UInt8.self)
    try file.writeRows(
      "train/images", rows: 0..<20_000, values: [UInt8](repeating: 1, count: 20_000 * 36).span)
    try file.close()
    let arguments = [
      "train", "small.json", "--dry-run", "data.file=part.h5", "data.test=null",
      "model.encoder=[{\"dense\": {\"units\": 4}}]", "model.decoder=[{\"dense\": {\"units\": 36}}]",
    ]
    let refused = try Program(arguments, in: folder).wait()
    #expect(refused.code == 65 && refused.errors.contains("1 of 2 not in the file"), "\(refused)")
    let allowed = try Program(arguments + ["data.missingChunks=fill"], in: folder).wait()
    #expect(allowed.code == 0, "\(allowed)")
  }
}

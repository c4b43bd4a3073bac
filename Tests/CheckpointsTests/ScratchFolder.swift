import Checkpoints
import Files
import Foundation

/// A folder of a test's own, removed with its last reference.
final class ScratchFolder: Sendable {
  private let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("checkpoints-tests-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Where the checkpoints go.
  var checkpoints: String { path("checkpoints") }

  /// The checkpoints' files.
  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []).sorted()
  }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// A file in the checkpoints' folder.
  func file(_ name: String) -> String { "\(checkpoints)/\(name)" }

  func bytes(_ name: String) throws -> [UInt8] { try LocalFileSystem().read(file(name)) }

  /// Changes the bytes of a checkpoint.
  func damage(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
    var bytes = try bytes(name)
    change(&bytes)
    try LocalFileSystem().write(bytes, to: file(name))
  }

  func store(keep: Int = 2, files: any FileSystem = LocalFileSystem()) throws -> CheckpointStore {
    try CheckpointStore(folder: checkpoints, keep: keep, files: files)
  }

  /// Saves checkpoints at `steps`, one after another.
  func save(_ steps: [Int], keep: Int = 10, best: Int? = nil) throws {
    let store = try store(keep: keep)
    for step in steps {
      try store.save(.sample(step, epoch: step / 100), isBest: step == best)
    }
  }
}

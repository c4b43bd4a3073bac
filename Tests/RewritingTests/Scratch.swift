import Foundation

/// A folder that goes when the test ends.
final class Scratch {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "rewriting-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path() }

  /// What is in it, in order of names.
  var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()) ?? []
  }
}

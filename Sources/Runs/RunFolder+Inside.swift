internal import Foundation

extension RunFolder {
  /// Throws where a file that is to be written would replace one inside a run folder: what lies there is
  /// the training's.
  ///
  /// - Throws: `RunError.exists`.
  public static func requireNotInside(_ path: String) throws(RunError) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    var folder = URL(filePath: path).deletingLastPathComponent().resolvingSymlinksInPath()
      .standardizedFileURL
    while folder.path != "/", !isRun(folder) { folder.deleteLastPathComponent() }
    guard isRun(folder) else { return }
    throw RunError(
      code: .exists, object: path,
      expected: "no file of this name, because it would lie in the run folder \(folder.path)",
      found: "one", remedy: "Choose another name.")
  }

  private static func isRun(_ folder: URL) -> Bool {
    ["config.json", "checkpoints"].allSatisfy {
      FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
    }
  }
}

internal import Checkpoints
internal import Files
internal import Foundation

/// Where `data.file` is. A relative path begins at the folder that a training was started from; its run
/// folder remembers that one, so that the run can be used from elsewhere.
struct DataPlace {
  /// The path to open.
  let path: String
  /// The folder that a relative path begins at; nil for an absolute one.
  let folder: String?
  /// Whether the file is there.
  let exists: Bool

  /// The first of some folders in which the file is; this process's working folder where it is in none.
  init(_ file: String, in folders: [String]) {
    let working = FileManager.default.currentDirectoryPath
    func path(in folder: String) -> String {
      file.hasPrefix("/") || folder == working ? file : "\(folder)/\(file)"
    }
    let found = folders.first { FileManager.default.fileExists(atPath: path(in: $0)) }
    exists = found != nil
    self.path = path(in: found ?? working)
    folder = file.hasPrefix("/") ? nil : found ?? working
  }

  /// Where a training finds its data: by its working folder, as configurations say; one that goes on,
  /// else where its run began.
  static func training(_ file: String, run: String, isResumed: Bool) -> DataPlace {
    let then = isResumed ? Self.folder(ofRun: run) : nil
    return DataPlace(
      file, in: [FileManager.default.currentDirectoryPath] + [then].compactMap(\.self))
  }

  /// Where the data of a run are: where they were when it was made; by the working folder, if they or the
  /// run have moved since.
  static func trained(_ file: String, run: String?) -> DataPlace {
    let then = run.flatMap(Self.folder(ofRun:))
    return DataPlace(
      file, in: [then].compactMap(\.self) + [FileManager.default.currentDirectoryPath])
  }

  /// The folder that a run's data path begins at, as its `environment.json` says.
  private static func folder(ofRun run: String) -> String? {
    guard let bytes = try? LocalFileSystem().read(run + "/environment.json"),
      let folder = Environment(json: String(decoding: bytes, as: UTF8.self))?.dataFolder
    else { return nil }
    return folder.hasPrefix("/") ? folder : nil
  }
}

internal import Files
internal import Glibc

/// The files in a folder and in the folders within, in order of their names; symbolic links are not followed.
struct FolderFiles {
  /// Folders within folders.
  static let depthLimit = 16

  /// Paths relative to the folder.
  private(set) var paths: [String] = []

  /// Lists the files whose name, in lower case and without `.gz`, ends in a dot and one of `suffixes`.
  ///
  /// - Parameter limit: How many are looked for.
  /// - Throws: `ImportError` where a folder cannot be read.
  init(_ folder: String, suffixes: [String], limit: Int = .max) throws(ImportError) {
    try add("", of: folder, suffixes.map { "." + $0 }, limit, depth: 0)
  }

  private mutating func add(
    _ place: String, of root: String, _ suffixes: [String], _ limit: Int, depth: Int
  ) throws(ImportError) {
    let folder = place.isEmpty ? root : root + "/" + place
    let names: [String]
    do throws(IOFailure) {
      names = try LocalFileSystem().list(folder)
    } catch {
      throw ImportError(
        code: .inputOutput, file: folder, expected: "a folder that can be read",
        found: "\(error)", remedy: "Check the permissions.")
    }
    for name in names where paths.count < limit && !name.hasPrefix(".") {
      let path = place.isEmpty ? name : place + "/" + name
      switch Self.kind(root + "/" + path) {
      case S_IFDIR where depth < Self.depthLimit:
        try add(path, of: root, suffixes, limit, depth: depth + 1)
      case S_IFREG:
        var lower = name.lowercased()
        if lower.hasSuffix(".gz") { lower.removeLast(3) }
        if suffixes.contains(where: lower.hasSuffix) { paths.append(path) }
      default: break
      }
    }
  }

  private static func kind(_ path: String) -> mode_t {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
  }
}

internal import Files
internal import Glibc

/// The files of a folder and its folders, in order of their names: parts of a set and classes by the folders that they are in.
///
/// Where all lie in folders named `train`, `test` or `valid`, these are parts. The next folder on the way to a file is its class.
struct FolderListing {
  struct File: Sendable {
    let path: String
    /// From its part's folder on.
    let name: String
    /// Its class; empty where there are none.
    let label: String
  }

  struct Part {
    /// `train/`, `test/`, `valid/`; empty for all.
    let prefix: String
    let files: [File]
  }

  let parts: [Part]
  /// All classes, in order; none where some file is in no folder, or all are in one.
  let classes: [String]
  /// Files that are of other kinds.
  let otherCount: Int

  private static let partNames = [
    "train": "train/", "training": "train/", "test": "test/", "testing": "test/",
    "valid": "valid/", "val": "valid/", "validation": "valid/",
  ]

  /// Lists a folder; names that begin with a dot are passed over, and links to folders are not followed.
  ///
  /// - Throws: `ImportError.empty` without a file of these suffixes; `IOFailure`.
  init(_ source: ImportSource, suffixes: Set<String>, hasClasses: Bool) throws {
    var (found, otherCount): ([[String]], Int) = ([], 0)
    try Self.walk(source.path, []) { path in
      if suffixes.contains(Self.suffix(path.last ?? "")) {
        found.append(path)
      } else {
        otherCount += 1
      }
      return true
    }
    guard !found.isEmpty else {
      throw source.problem(
        .empty, "files whose names end in \(suffixes.sorted().joined(separator: ", "))", "none",
        "Name the folder that they are in.")
    }
    self.otherCount = otherCount
    let prefixes = found.map { $0.count > 1 ? Self.partNames[$0[0].lowercased()] : nil }
    let hasParts = prefixes.allSatisfy { $0 != nil }
    let depth = hasParts ? 1 : 0
    let isFlat = !hasClasses || found.contains { $0.count < depth + 2 }
    let labels = isFlat ? [] : Set(found.map { $0[depth] }).sorted()
    classes = labels.count > 1 ? labels : []
    let hasLabels = !classes.isEmpty
    let files = found.map { path in
      File(
        path: source.file(path.joined(separator: "/")),
        name: path.dropFirst(depth).joined(separator: "/"), label: hasLabels ? path[depth] : "")
    }
    let names = hasParts ? ["train/", "valid/", "test/"] : [""]
    parts = names.map { name in
      Part(
        prefix: name,
        files: zip(files, prefixes).filter { !hasParts || $0.1 == name }.map(\.0))
    }.filter { !$0.files.isEmpty }
  }

  /// A file alone.
  init(ofFile path: String) {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    parts = [Part(prefix: "", files: [File(path: path, name: name, label: "")])]
    (classes, otherCount) = ([], 0)
  }

  /// Whether some file in a folder has one of these suffixes; only the first 10,000 are looked at.
  static func has(_ suffixes: Set<String>, in source: ImportSource) -> Bool {
    var (isFound, count) = (false, 0)
    _ = try? walk(source.path, []) { path in
      isFound = suffixes.contains(suffix(path.last ?? ""))
      count += 1
      return !isFound && count < 10_000
    }
    return isFound
  }

  /// What a name ends in, in lower case.
  private static func suffix(_ name: String) -> String {
    name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
  }

  /// Goes through all files until `visit` returns false.
  @discardableResult
  private static func walk(
    _ folder: String, _ place: [String], _ visit: ([String]) -> Bool
  ) throws -> Bool {
    for name in try LocalFileSystem().list(folder) where !name.hasPrefix(".") {
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      var status = stat()
      guard unsafe lstat(path, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        // A path that is longer cannot be opened anyway.
        guard place.count < 1000 else { continue }
        guard try walk(path, place + [name], visit) else { return false }
      } else if isRegularFile(path) {
        guard visit(place + [name]) else { return false }
      }
    }
    return true
  }
}

/// Documents one after another, in the same order each time: the lines of a file, or the files of a folder.
struct Corpus {
  struct Document {
    /// Number of its part in `parts`.
    var part: Int
    /// Its class, where it lies in a class folder.
    var label: String?
    var text: ArraySlice<UInt8>
    /// File, and line in it.
    var place: (file: String, object: String)
  }

  /// Folders of the output, `train/` for instance; one that is empty where the source has no parts. The vocabulary is that
  /// of the first.
  let parts: [String]
  /// The names of the class folders, sorted; empty where there are none.
  let labels: [String]
  private let source: ImportSource
  /// The file or folder.
  var path: String { source.path }
  private let files: [(path: String, part: Int, label: String?)]

  /// Looks at what is there.
  ///
  /// - Throws: `ImportError` for a folder that holds no text, or some in class folders and some beside them.
  init(_ source: ImportSource) throws(ImportError) {
    self.source = source
    guard source.isFolder else {
      (parts, labels, files) = ([""], [], [])
      return
    }
    let paths = try FolderFiles(source.path, suffixes: ["txt", "text"]).paths
    let folders = Set(
      paths.map { $0.split(separator: "/").dropLast().first.map(String.init) ?? "" })
    let named = ["train", "validation", "valid", "val", "test"].filter(folders.contains)
    let hasParts = folders.contains("train") && folders.isSubset(of: named)
    parts = hasParts ? named.map { $0 + "/" } : [""]
    let found = paths.map { path in
      let folders = path.split(separator: "/").dropLast().map(String.init)
      let part = hasParts ? named.firstIndex(of: folders[0]) ?? 0 : 0
      return (path: path, part: part, label: folders.dropFirst(hasParts ? 1 : 0).first)
    }
    files = found
    labels = Set(found.compactMap(\.label)).sorted()
    guard !files.isEmpty else {
      throw source.problem(
        .empty, "texts in files *.txt", "none", "Name a folder of .txt files, or one file.")
    }
    guard labels.isEmpty || files.allSatisfy({ $0.label != nil }) else {
      throw source.problem(
        .mismatch, at: found.first { $0.label == nil }?.path ?? "",
        "all texts in class folders, or none", "one that is in none",
        "Move it into a class folder, or away.")
    }
  }

  /// Calls `body` with each document; part after part where there are several.
  ///
  /// - Parameter progress: Told which share of the whole is done; what it throws ends the work.
  func forEachDocument(
    _ progress: (Double) throws -> Void, _ body: (Document) throws -> Void
  ) throws {
    guard source.isFolder else {
      let reader = try LineReader(source.path)
      var told = 0.0
      while let line = try reader.next() {
        try body(
          Document(part: 0, text: line, place: (source.path, "line \(reader.number)")))
        let done = reader.fractionRead
        if done != told { try progress(done) }
        told = done
      }
      return
    }
    for (index, file) in files.enumerated() {
      let path = source.path + "/" + file.path
      try body(
        Document(
          part: file.part, label: file.label, text: try Self.content(of: path)[...],
          place: (path, "")))
      if index % 64 == 0 { try progress(Double(index) / Double(files.count)) }
    }
  }

  private static func content(of path: String) throws(ImportError) -> [UInt8] {
    let bytes = try ByteStream(path).all(limit: LineReader.limit)
    return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
  }
}

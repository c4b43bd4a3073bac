internal import Configuration

/// Bags of words that somebody else has counted: the `.feat` files of the neural topic models.
struct WordCountImporter: Importer {
  static let name = "feat"
  static let meaning =
    "Lines of a label and pairs word:count, such as train.feat, test.feat and vocab.new of 20 Newsgroups; one file, or "
    + "a folder, whose files become parts. Writes `x` in CSR form, `labels` and `vocabulary`."

  private let first: Int
  private let vocabulary: String?

  static func recognises(_ source: ImportSource) -> Bool {
    guard source.isFolder else { return source.suffix == "feat" }
    let files = try? FolderFiles(source.path, suffixes: ["feat"], limit: 1)
    return files?.paths.isEmpty == false
  }

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    first = try reader.integer("first", default: 1, in: 0...1, "Number of the first word.")
    vocabulary = try reader.optionalString(
      "vocabulary", recordsNull: false,
      "A text file with a word at the beginning of each line; without it, vocab.new, vocab.txt or vocabulary.txt "
        + "beside the counts.")
  }

  func read(
    _ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress
  ) throws {
    let files = try files(of: source)
    let vocabulary = try words(of: source)
    var (labels, width): (Set<String>, Int) = ([], vocabulary?.count ?? 1)
    let bound = vocabulary?.count ?? Vocabulary.limit
    try forEachDocument(of: files, bound, { try progress.reached($0 / 2) }) { _, result in
      switch result {
      case .failure(let problem): try progress.skip(problem)
      case .success(let document):
        labels.insert(document.label)
        width = max(width, Int(document.columns.last ?? 0) + 1)
        if labels.count > ImportLimits.classes {
          throw source.problem(
            .malformed, "at most \(ImportLimits.classes) labels", "more",
            "Check that each line begins with a label.")
        }
      }
    }
    let known = labels.sorted {
      if let a = Int($0), let b = Int($1), a != b { return a < b }
      return $0 < $1
    }
    let writers = try files.map { file in
      (
        counts: try output.matrix(file.part + "x", columnCount: width),
        labels: try output.classes(file.part + "labels", known)
      )
    }
    try forEachDocument(of: files, bound, { try progress.reached((1 + $0) / 2) }) { part, result in
      guard case .success(let document) = result else { return }  // Told in the first round.
      try writers[part].counts.append(columns: document.columns, values: document.values)
      try writers[part].labels.append(document.label)
    }
    if let vocabulary { try output.texts("vocabulary", vocabulary.words) }
    if vocabulary == nil { progress.note("no vocabulary; the largest word's number is \(width)") }
    if known.count == 1 { progress.note("all labels are \(known[0])") }
  }

  private func files(
    of source: ImportSource
  ) throws(ImportError) -> [(part: String, path: String)] {
    guard source.isFolder else { return [("", source.path)] }
    let paths = try FolderFiles(source.path, suffixes: ["feat"]).paths
    let parts = paths.map { path in
      let name = path.split(separator: "/").last.map(String.init) ?? path
      return String(name[..<(name.firstIndex(of: ".") ?? name.endIndex)])
    }
    guard !paths.isEmpty, Set(parts).count == parts.count, !parts.contains("") else {
      throw source.problem(
        .mismatch, "files *.feat of different names", paths.isEmpty ? "none" : "\(paths)",
        "Name the folder that holds them, or one file.")
    }
    return zip(parts, paths).map { (part: $0 + "/", path: source.path + "/" + $1) }
  }

  private func words(of source: ImportSource) throws -> Vocabulary? {
    if let vocabulary { return try Vocabulary(reading: vocabulary) }
    let slash = source.path.lastIndex(of: "/").map { source.path.index(after: $0) }
    let folder =
      source.isFolder
      ? source.path + "/" : String(source.path[..<(slash ?? source.path.startIndex)])
    for name in ["vocab.new", "vocab.txt", "vocabulary.txt"] {
      do {
        return try Vocabulary(reading: folder + name)
      } catch let problem as ImportError where problem.code == .missingFile {}
    }
    return nil
  }

  private func forEachDocument(
    of files: [(part: String, path: String)], _ wordCount: Int, _ progress: (Double) throws -> Void,
    _ body: (_ part: Int, Result<CountedDocument, ImportError>) throws -> Void
  ) throws {
    for (part, file) in files.enumerated() {
      let reader = try LineReader(file.path)
      var told = -1.0
      while let line = try reader.next() {
        if line.allSatisfy({ $0 <= 0x20 }) { continue }
        let document = CountedDocument.parse(line, first: first, wordCount: wordCount)
        try body(
          part,
          document.mapError { fault in
            ImportError(
              code: .malformed, file: file.path, object: "line \(reader.number)",
              expected: fault.expected, found: fault.found,
              remedy: "Mend the line, or leave it out with --skip-bad.")
          })
        guard reader.fractionRead != told else { continue }
        told = reader.fractionRead
        try progress((Double(part) + told) / Double(files.count))
      }
    }
  }
}

/// A document as its label and how often each word is in it.
struct CountedDocument {
  struct Fault: Error {
    var expected: String
    var found: String
  }

  var label: String
  /// Ascending.
  var columns: [Int32] = []
  var values: [Float] = []

  /// Reads a line; a word that is there twice counts the sum.
  ///
  /// - Parameters:
  ///   - first: Number of the first word.
  ///   - wordCount: Words that there are.
  static func parse(
    _ line: ArraySlice<UInt8>, first: Int, wordCount: Int
  ) -> Result<CountedDocument, Fault> {
    let parts = line.split { $0 <= 0x20 }
    guard let label = parts.first.flatMap({ String(validating: $0, as: UTF8.self) }),
      !label.contains(":")
    else {
      return .failure(Fault(expected: "a label and pairs word:count", found: "no label"))
    }
    var pairs: [(column: Int32, value: Float)] = []
    for part in parts.dropFirst() {
      let text = String(decoding: part.prefix(64), as: UTF8.self)
      let sides = text.split(separator: ":", omittingEmptySubsequences: false)
      guard sides.count == 2, let word = Int(sides[0]), let value = Float(sides[1]),
        value.isFinite, value >= 0, value <= 0x1p24
      else {
        return .failure(Fault(expected: "word:count, a count of 0 to 2^24", found: text))
      }
      guard word >= first, word - first < wordCount else {
        return .failure(
          Fault(expected: "words \(first) to \(wordCount - 1 + first)", found: "\(word)"))
      }
      if value > 0 { pairs.append((Int32(word - first), value)) }
    }
    pairs.sort { $0.column < $1.column }
    var document = CountedDocument(label: label)
    for pair in pairs {
      if document.columns.last == pair.column {
        document.values[document.values.count - 1] += pair.value
      } else {
        document.columns.append(pair.column)
        document.values.append(pair.value)
      }
    }
    return .success(document)
  }
}

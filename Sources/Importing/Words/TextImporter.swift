internal import Configuration

/// Texts: bags of words, tokens in order, and the vocabulary of both.
struct TextImporter: Importer {
  static let name = "text"
  static let meaning =
    "One document per line of a file, or per .txt file of a folder; class folders become `labels`, folders train, "
    + "validation and test parts with the vocabulary of train. Writes `x`, a matrix in CSR form of how often each word "
    + "is in a document, `tokens` with `length`, the same words in order as numbers, filled up with 0, and `vocabulary`."

  private let tokenizer: Tokenizer
  private let selection: Selection
  private let stopWords: String?
  private let unknown: String?
  private let fewestWords: Int
  private let longest: Int?

  /// Which words count.
  private enum Selection {
    case file(String)
    case frequent(size: Int, minimumDocuments: Int, maximumShare: Double)
  }

  static func recognises(_ source: ImportSource) -> Bool {
    guard source.isFolder else { return ["txt", "text"].contains(source.suffix) }
    let files = try? FolderFiles(source.path, suffixes: ["txt", "text"], limit: 1)
    return files?.paths.isEmpty == false
  }

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    tokenizer = Tokenizer(
      rule: try reader.word(
        "tokens", default: Tokenizer.Rule.words,
        "A token is a longest run of Unicode letters, marks and digits (words), or what stands between white space "
          + "(spaces), for texts that are cut already."),
      encoding: try reader.word(
        "encoding", default: Tokenizer.Encoding.utf8, "How the bytes of the texts are characters."),
      isLowercase: try reader.boolean(
        "lowercase", default: true, "Whether texts are brought into lower case."),
      shortest: try reader.integer(
        "shortest", default: 1, in: 1...1000, "Shorter tokens are left out; in characters."))
    let file = try reader.optionalString(
      "vocabulary", recordsNull: false,
      "Words that count: a text file with one on each line, or an .h5 of another import, so that test data fit."
    )
    let frequent = try reader.unless("vocabulary") { (reader) throws(ConfigurationError) in
      Selection.frequent(
        size: try reader.integer(
          "size", default: 10_000, in: 1...Vocabulary.limit,
          "Only the most frequent words count; of equal frequency, those first in order of Unicode."
        ),
        minimumDocuments: try reader.integer(
          "minDocuments", default: 1, in: 1...(.max), "A word is in at least so many documents."),
        maximumShare: try reader.number(
          "maxShare", default: 1, in: 0...1, "A word is in at most this share of the documents."))
    }
    selection =
      file.map(Selection.file) ?? frequent
      ?? .frequent(
        size: 1, minimumDocuments: 1, maximumShare: 1)
    stopWords = try reader.optionalString(
      "stopWords", recordsNull: false,
      "Words that do not count: `english`, a short list of ours, or a file with one on each line.")
    unknown = try reader.optionalString(
      "unknown", recordsNull: false,
      "A word such as <unk> that stands for all others that are in the texts; without it, they are left out."
    )
    fewestWords = try reader.integer(
      "minWords", default: 1, in: 0...(.max),
      "Documents with fewer words that count are left out.")
    longest = try reader.optionalInteger(
      "maxLength", default: 256, in: 1...1 << 20,
      "Longer documents are cut in `tokens`, not in `x`; null: no `tokens`.")
  }

  func read(
    _ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress
  ) throws {
    let corpus = try Corpus(source)
    let stops = try stopList()
    let vocabulary = try vocabulary(of: corpus, without: stops, progress)
    let bags = try corpus.parts.map { part in
      try BagWriter(
        output, part, wordCount: vocabulary.count, longest: longest, labels: corpus.labels)
    }
    let other = unknown.flatMap { vocabulary.place(of: $0) }
    var (left, cut) = (0, 0)
    let start: Double = if case .file = selection { 0 } else { 0.5 }
    try corpus.forEachDocument({ try progress.reached(start + (1 - start) * $0) }) { document in
      var places: [Int32] = []
      let isText = tokenizer.forEachToken(in: document.text) { token in
        guard !stops.contains(token) else { return }
        if let place = vocabulary.place(of: token) ?? other { places.append(place) }
      }
      // What is no text was told in the first round, if there was one.
      if !isText, start == 0 { try progress.skip(badText(document)) }
      guard isText else { return }
      guard places.count >= fewestWords else {
        left += 1
        return
      }
      cut += places.count > longest ?? .max ? 1 : 0
      try bags[document.part].append(places, label: document.label)
    }
    try output.texts("vocabulary", vocabulary.words)
    if left > 0 {
      progress.note("left out \(left) documents with fewer than \(fewestWords) words that count")
    }
    if cut > 0 {
      progress.note("cut \(cut) documents after \(longest ?? 0) tokens; maxLength says where")
    }
  }

  private func stopList() throws -> Set<String> {
    switch stopWords {
    case nil: return []
    case "english": return StopWords.english
    case let path?: return Set(try Vocabulary(reading: path).words)
    }
  }

  private func vocabulary(
    of corpus: Corpus, without stops: Set<String>, _ progress: ImportProgress
  ) throws -> Vocabulary {
    guard case .frequent(let size, let minimumDocuments, let maximumShare) = selection else {
      guard case .file(let path) = selection else { return Vocabulary([]) }
      var vocabulary = try Vocabulary(reading: path)
      if let unknown { vocabulary.add(unknown) }
      progress.note("\(vocabulary.count) words from \(path)")
      return vocabulary
    }
    var counts = WordCounts()
    try corpus.forEachDocument({ try progress.reached(0.5 * $0) }) { document in
      let isText = tokenizer.forEachToken(in: document.text) { token in
        if document.part == 0, !stops.contains(token) { counts.add(token) }
      }
      if !isText { try progress.skip(badText(document)) }
      if document.part == 0 { counts.endDocument() }
      guard counts.count <= WordCounts.limit else {
        throw ImportError(
          code: .tooLarge, file: document.place.file, object: document.place.object,
          expected: "at most \(WordCounts.limit) different words", found: "more",
          remedy: "Give a vocabulary, or cut the texts into tokens before.")
      }
    }
    var vocabulary = counts.vocabulary(
      size: size, minimumDocuments: minimumDocuments, maximumShare: maximumShare)
    progress.note(
      "\(vocabulary.count) words of \(counts.count) that are in \(counts.documentCount) documents")
    if let unknown { vocabulary.add(unknown) }
    guard vocabulary.count > 0 else {
      throw ImportError(
        code: .empty, file: corpus.path, expected: "a word within the limits",
        found: "none of \(counts.count)",
        remedy: "Lower minDocuments or raise maxShare.")
    }
    return vocabulary
  }

  private func badText(_ document: Corpus.Document) -> ImportError {
    let isUTF8 = tokenizer.encoding == .utf8
    return ImportError(
      code: .malformed, file: document.place.file, object: document.place.object,
      expected: "text in \(isUTF8 ? "UTF-8" : "Latin-1")", found: "other bytes",
      remedy: "Set encoding=latin1, convert it with iconv, or leave it out with --skip-bad.")
  }
}

/// What is written of the documents of one part.
private struct BagWriter {
  private let counts: CSRWriter
  private let tokens: RowWriter<Int32>?
  private let lengths: RowWriter<Int32>?
  private let labels: ClassWriter?
  private let longest: Int

  init(
    _ output: ImportOutput, _ part: String, wordCount: Int, longest: Int?, labels: [String]
  ) throws {
    counts = try output.matrix(part + "x", columnCount: wordCount)
    tokens = try longest.map { try output.rows(part + "tokens", shape: [$0], of: Int32.self) }
    lengths = try longest.map { _ in
      try output.rows(part + "length", shape: [], of: Int32.self)
    }
    self.labels = labels.isEmpty ? nil : try output.classes(part + "labels", labels)
    self.longest = longest ?? 0
  }

  func append(_ places: [Int32], label: String?) throws {
    let (columns, values) = runs(of: places.sorted())
    try counts.append(columns: columns, values: values)
    let kept = places.prefix(longest)
    try tokens?.append(kept + [Int32](repeating: 0, count: longest - kept.count))
    try lengths?.append(CollectionOfOne(Int32(kept.count)))
    if let label { try labels?.append(label) }
  }

  /// Each number of a sorted list once, and how often it is there.
  private func runs(of sorted: [Int32]) -> ([Int32], [Float]) {
    var columns: [Int32] = []
    var values: [Float] = []
    for place in sorted {
      if columns.last == place {
        values[values.count - 1] += 1
      } else {
        columns.append(place)
        values.append(1)
      }
    }
    return (columns, values)
  }
}

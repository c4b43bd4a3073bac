internal import HDF5

/// The words that texts are written in, each with its place.
struct Vocabulary {
  /// The most frequent first, of equal frequency in order of their Unicode scalars; or as a file has them.
  private(set) var words: [String] = []
  private var places: [String: Int32] = [:]

  /// A vocabulary of words in this order; of words that are equal the first counts.
  init(_ words: some Sequence<String>) {
    for word in words { add(word) }
  }

  /// Words that it may have at most.
  static let limit = 1 << 20

  var count: Int { words.count }

  /// Where a word stands; nil for one that is not in it.
  func place(of word: String) -> Int32? { places[word] }

  /// Adds a word at the end; nothing where it is there.
  ///
  /// - Returns: Its place.
  @discardableResult
  mutating func add(_ word: String) -> Int32 {
    if let place = places[word] { return place }
    let place = Int32(words.count)
    places[word] = place
    words.append(word)
    return place
  }

  /// Reads one that an import has written, or a text file with a word at the beginning of each line.
  ///
  /// - Throws: `ImportError` for a file that is no such thing; `HDF5Error`.
  init(reading path: String) throws {
    let source = try ImportSource(path)
    guard !source.isFolder else {
      throw source.problem(
        .unsupported, "a file of words", "a folder", "Name a text file or an imported .h5.")
    }
    let isHDF5 = source.firstBytes.starts(with: [0x89, 0x48, 0x44, 0x46])
    let found =
      isHDF5
      ? try HDF5File(reading: path).readStrings("vocabulary") : try Self.firstWords(of: source)
    self.init(found)
    guard (1...Self.limit).contains(found.count), count == found.count else {
      let twice = found.indices.first { place(of: found[$0]) != Int32($0) }
      throw source.problem(
        .malformed, at: twice.map { "word \($0 + 1)" } ?? "",
        "1 to \(Self.limit) words, none twice", twice.map { found[$0] + " again" } ?? "\(count)",
        "Mend the list: a word's place in it is its number.")
    }
  }

  private static func firstWords(of source: ImportSource) throws -> [String] {
    let reader = try LineReader(source.path)
    let cut = Tokenizer(rule: .spaces, encoding: .utf8, isLowercase: false, shortest: 1)
    var words: [String] = []
    while let line = try reader.next(), words.count <= Self.limit {
      var first: String?
      let isText = cut.forEachToken(in: line) { first = first ?? $0 }
      guard isText, let first else {
        throw source.problem(
          .malformed, at: "line \(reader.number)", "a word in UTF-8",
          isText ? "an empty line" : "other bytes",
          "Write one word on each line: its place is its number.")
      }
      words.append(first)
    }
    return words
  }
}

/// How often words are there, and in how many documents.
struct WordCounts {
  /// Different words that are counted at most: some 2 GB.
  static let limit = 1 << 24

  private struct Tally {
    var total = 0
    var documents = 0
    var last = -1
  }

  private var tallies: [String: Tally] = [:]
  private(set) var documentCount = 0

  var count: Int { tallies.count }

  /// Counts a word of the document that has begun.
  mutating func add(_ word: String) {
    let document = documentCount
    func count(_ tally: inout Tally) {
      tally.total += 1
      tally.documents += tally.last == document ? 0 : 1
      tally.last = document
    }
    count(&tallies[word, default: Tally()])
  }

  /// Ends a document.
  mutating func endDocument() { documentCount += 1 }

  /// The most frequent words within the limits; of equal frequency, those whose Unicode scalars come first.
  ///
  /// - Parameters:
  ///   - size: Words at most.
  ///   - minimumDocuments: A word is in at least so many documents.
  ///   - maximumShare: A word is in at most this share of the documents.
  func vocabulary(size: Int, minimumDocuments: Int, maximumShare: Double) -> Vocabulary {
    let most = maximumShare * Double(documentCount)
    let kept = tallies.filter {
      $0.value.documents >= minimumDocuments && Double($0.value.documents) <= most
    }
    let sorted = kept.sorted { a, b in
      a.value.total == b.value.total ? a.key < b.key : a.value.total > b.value.total
    }
    return Vocabulary(sorted.prefix(size).map(\.key))
  }
}

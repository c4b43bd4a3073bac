internal import Configuration

/// Sparse rows with a label each, as LIBSVM and SVMlight keep them.
struct SVMLightImporter: Importer {
  static let name = "libsvm"
  static let meaning =
    "A file of LIBSVM or SVMlight (.libsvm, .svmlight, .svm; also .gz): lines of 'label index:value …'. x is in CSR form, "
    + "labels are classes or numbers; qid and comments are ignored."

  private enum Labels: String, CaseIterable { case auto, classes, numbers, none }

  private let labels: Labels
  private let firstIndex: Int?
  private let columnCount: Int?

  static func recognises(_ source: ImportSource) -> Bool {
    ["libsvm", "svmlight", "svm"].contains(source.suffix)
  }

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    labels = try reader.word(
      "labels", default: .auto,
      "What labels are. auto: classes where they are at most 1,000 different whole numbers, else numbers."
    )
    firstIndex = try reader.optionalInteger(
      "firstIndex", in: 0...1,
      "The index of the first column; null: 0 where index 0 is used, else 1.")
    columnCount = try reader.optionalInteger(
      "columnCount", in: 1...Int(Int32.max),
      "Columns, so that several files have as many; null for as many as are used.")
  }

  func read(_ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress) throws {
    let survey = try survey(source, progress)
    let base = firstIndex ?? (survey.least == 0 ? 0 : 1)
    progress.note(
      "Indices begin with \(base)\(firstIndex == nil ? ", as far as seen; firstIndex sets it" : "")."
    )
    let width = try width(source, survey, base)
    let matrix = try output.matrix("x", columnCount: width)
    let labels = try labelWriter(source, survey, output, progress)
    try forEachLine(of: source, { try progress.reached(0.5 + $0 / 2) }) { line in
      for i in line.row.entries.indices { line.row.entries[i].column -= Int32(base) }
      try matrix.append(line.row)
      try labels(line.label)
    }
  }

  private func width(_ source: ImportSource, _ survey: LineSurvey, _ base: Int) throws -> Int {
    let used = max(1, survey.greatest - base + 1)
    guard survey.least >= base else {
      throw source.problem(
        .malformed, "indices from \(base)", "\(survey.least)", "Say firstIndex=0, or leave it out.")
    }
    guard let columnCount else { return used }
    guard used <= columnCount else {
      throw source.problem(
        .mismatch, "indices below \(columnCount + base)", "\(survey.greatest)",
        "Raise columnCount.")
    }
    return columnCount
  }
}

/// A line: its label, and its entries under the indices of the file.
private struct LabelledRow {
  var label: Double
  var row = SparseRow()
}

/// What has been seen of all lines.
private struct LineSurvey {
  var least = Int(Int32.max)
  var greatest = -1
  /// Different labels; nil where there are too many, or numbers that are not whole.
  var classes: Set<Int>? = []

  mutating func add(_ line: LabelledRow) {
    for entry in line.row.entries {
      (least, greatest) = (min(least, Int(entry.column)), max(greatest, Int(entry.column)))
    }
    guard let label = Int(exactly: line.label) else { return classes = nil }
    classes?.insert(label)
    if let count = classes?.count, count > ImportLimits.classes { classes = nil }
  }
}

extension SVMLightImporter {
  private func survey(_ source: ImportSource, _ progress: ImportProgress) throws -> LineSurvey {
    var survey = LineSurvey()
    try forEachLine(of: source, { try progress.reached($0 / 2) }) { survey.add($0) }
    return survey
  }

  /// Calls `body` for each line that is more than a comment.
  private func forEachLine(
    of source: ImportSource, _ step: (Double) throws -> Void,
    _ body: (inout LabelledRow) throws -> Void
  ) throws {
    let stream = try ByteStream(source.path)
    var blocks = TextBlocks(stream)
    while let block = try blocks.next() {
      try block.forEachLine { text, line, number in
        let end = line.first { text[$0] == UInt8(ascii: "#") } ?? line.upperBound
        var position = line.lowerBound
        let first = text.word(&position, before: end)
        if first.isEmpty { return }
        guard let label = DecimalNumber.value(text, first), Float(label).isFinite else {
          throw problem(source, number, "a number as label", text.quoted(first))
        }
        var row = LabelledRow(label: label)
        while let entry = try entry(source, text, &position, end, number) {
          row.row.entries.append(entry)
        }
        try refuseTwice(source, &row.row, number)
        try body(&row)
      }
      try step(stream.fractionRead)
    }
  }

  /// The next `index:value`; nil at the end.
  private func entry(
    _ source: ImportSource, _ text: Span<UInt8>, _ position: inout Int, _ end: Int, _ number: Int
  ) throws(ImportError) -> (column: Int32, value: Double)? {
    var word = text.word(&position, before: end)
    while text.isQueryID(word) { word = text.word(&position, before: end) }
    if word.isEmpty { return nil }
    let colon = word.first { text[$0] == UInt8(ascii: ":") } ?? word.upperBound
    guard colon < word.upperBound, let index = text.integer(word.lowerBound..<colon),
      index < Int(Int32.max), let value = DecimalNumber.value(text, colon + 1..<word.upperBound),
      Float(value).isFinite
    else {
      throw problem(source, number, "index:value with a finite value", text.quoted(word))
    }
    return (Int32(index), value)
  }

  private func refuseTwice(
    _ source: ImportSource, _ row: inout SparseRow, _ number: Int
  ) throws(ImportError) {
    let isAscending = zip(row.entries, row.entries.dropFirst())
      .allSatisfy { $0.column < $1.column }
    if isAscending { return }
    row.entries.sort { $0.column < $1.column }
    let twice = zip(row.entries, row.entries.dropFirst()).first { $0.column == $1.column }
    if let twice {
      throw problem(source, number, "each index once", "\(twice.0.column) twice")
    }
  }

  private func problem(
    _ source: ImportSource, _ line: Int, _ expected: String, _ found: String
  ) -> ImportError {
    source.problem(
      .malformed, at: "line \(line)", expected, found, "Mend the line: 'label index:value …'.")
  }
}

extension SVMLightImporter {
  /// What is done with each label.
  private func labelWriter(
    _ source: ImportSource, _ survey: LineSurvey, _ output: ImportOutput, _ progress: ImportProgress
  ) throws -> (Double) throws -> Void {
    let known = survey.classes?.sorted() ?? []
    let areClasses = survey.classes != nil && (labels == .classes || known.count <= 1000)
    if labels == .none { return { _ in } }
    if labels == .classes, !areClasses {
      throw source.problem(
        .unsupported, "at most \(ImportLimits.classes) different whole numbers as labels",
        "others or more", "Say labels=numbers.")
    }
    if labels == .numbers || !areClasses {
      progress.note("labels: numbers.")
      let writer = try output.rows("labels", shape: [], of: Float.self)
      return { try writer.append(CollectionOfOne(Float($0))) }
    }
    progress.note("labels: \(known.count) classes; labels=numbers reads them as numbers.")
    let writer = try output.classes("labels", known.map { "\($0)" })
    return { try writer.append("\(Int($0))") }
  }
}

extension Span<UInt8> {
  fileprivate func isQueryID(_ word: Range<Int>) -> Bool {
    word.count > 3 && isWord(word.prefix(4), Array("qid:".utf8))
  }
}

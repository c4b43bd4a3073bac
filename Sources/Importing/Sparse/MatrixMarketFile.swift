/// A Matrix Market file: what its header says, and its entries, in as many passes as somebody wants.
///
/// - Source: Boisvert, Pozo, Remington, "The Matrix Market Exchange Formats: Initial Design", NISTIR 5935, 1996.
package struct MatrixMarketFile {
  enum Symmetry: String { case general, symmetric, skewSymmetric = "skew-symmetric" }

  /// An entry, places from 0.
  package typealias Entry = (row: Int, column: Int, value: Double)

  private(set) var source: ImportSource
  /// Whether each entry says where it is; otherwise all are there, column by column.
  private(set) var isSparse = false
  private var isPattern = false
  private var symmetry = Symmetry.general
  private(set) var rowCount = 0
  private(set) var columnCount = 0
  /// Entries that the file lists.
  private var listedCount = 0

  /// Reads the header.
  package init(_ source: ImportSource) throws {
    self.source = source
    var file = self
    let stream = try ByteStream(source.path)
    let hasSize = try !Self.forEachLine(of: stream) { text, line, number, isBanner in
      if isBanner {
        try file.readBanner(text, line)
      } else {
        try file.readSize(text, line, number)
      }
      return isBanner
    }
    guard hasSize else { throw stream.malformed("a line with the matrix's extents", "none") }
    self = file
  }

  /// Calls `body` for each entry, those that symmetry implies among them.
  ///
  /// - Parameter progress: Told which share of the file has been read.
  package func forEachEntry(
    _ progress: (Double) throws -> Void, _ body: (Entry) throws -> Void
  ) throws {
    let stream = try ByteStream(source.path)
    var (hasSize, count, place) = (false, 0, firstPlace)
    var reached = 0.0
    _ = try Self.forEachLine(of: stream) { text, line, number, isBanner in
      if isBanner || !hasSize {
        hasSize = !isBanner
        return true
      }
      if stream.fractionRead != reached {
        reached = stream.fractionRead
        try progress(reached)
      }
      var position = line.lowerBound
      while true {
        let first = text.word(&position, before: line.upperBound)
        if first.isEmpty { return true }
        count += 1
        guard count <= listedCount else {
          throw stream.problem(
            number, "\(listedCount) entries, as the header says", "more", "Write the file again.")
        }
        let entry: Entry
        if isSparse {
          entry = try sparseEntry(text, first, &position, line.upperBound, number)
        } else {
          entry = (place.row, place.column, try value(text, first, number))
          advance(&place)
        }
        try body(entry)
        if symmetry != .general, entry.row != entry.column {
          let value = symmetry == .symmetric ? entry.value : -entry.value
          try body((entry.column, entry.row, value))
        }
      }
    }
    guard count == listedCount else {
      throw stream.malformed("\(listedCount) entries, as the header says", "\(count)")
    }
  }

  private func sparseEntry(
    _ text: Span<UInt8>, _ first: Range<Int>, _ position: inout Int, _ end: Int, _ number: Int
  ) throws(ImportError) -> Entry {
    let second = text.word(&position, before: end)
    guard let row = text.integer(first), let column = text.integer(second), row > 0, column > 0,
      row <= rowCount, column <= columnCount
    else {
      throw problem(
        number, "a row of 1…\(rowCount) and a column of 1…\(columnCount)",
        "\(text.quoted(first)) and \(text.quoted(second))")
    }
    if isPattern { return (row - 1, column - 1, 1) }
    let value = try value(text, text.word(&position, before: end), number)
    return (row - 1, column - 1, value)
  }

  private func value(
    _ text: Span<UInt8>, _ word: Range<Int>, _ number: Int
  ) throws(ImportError) -> Double {
    guard let value = DecimalNumber.value(text, word), Float(value).isFinite else {
      throw problem(number, "a finite number", text.quoted(word))
    }
    return value
  }

  /// Where the list of a dense matrix begins: a skew-symmetric one has no diagonal.
  private var firstPlace: (row: Int, column: Int) { (symmetry == .skewSymmetric ? 1 : 0, 0) }

  private func advance(_ place: inout (row: Int, column: Int)) {
    place.row += 1
    guard place.row == rowCount else { return }
    place.column += 1
    place.row =
      switch symmetry {
      case .general: 0
      case .symmetric: place.column
      case .skewSymmetric: place.column + 1
      }
  }
}

extension MatrixMarketFile {
  /// Calls `body` for the banner and each line that is neither empty nor a comment, until it returns false.
  ///
  /// - Returns: Whether it came to the end of the file.
  private static func forEachLine(
    of stream: ByteStream,
    _ body: (
      _ text: Span<UInt8>, _ line: Range<Int>, _ number: Int, _ isBanner: Bool
    ) throws -> Bool
  ) throws -> Bool {
    var blocks = TextBlocks(stream)
    var goesOn = true
    while goesOn, let block = try blocks.next() {
      try block.forEachLine { text, line, number in
        guard goesOn else { return }
        var position = line.lowerBound
        let first = text.word(&position, before: line.upperBound)
        if number > 1, first.isEmpty || text[first.lowerBound] == UInt8(ascii: "%") { return }
        goesOn = try body(text, line, number, number == 1)
      }
    }
    return goesOn
  }

  /// `%%MatrixMarket matrix coordinate real general`.
  private mutating func readBanner(_ text: Span<UInt8>, _ line: Range<Int>) throws(ImportError) {
    let words = String(decoding: line.prefix(200).map { text[$0] }, as: UTF8.self).lowercased()
      .split(whereSeparator: \.isWhitespace).map(String.init)
    guard words.count >= 5, words[0] == "%%matrixmarket", words[1] == "matrix" else {
      throw problem(
        1, "%%MatrixMarket matrix, a format, a type and a symmetry", text.quoted(line))
    }
    let isKnown =
      ["coordinate", "array"].contains(words[2])
      && ["real", "double", "integer", "pattern"].contains(words[3])
    guard isKnown, let symmetry = Symmetry(rawValue: words[4]),
      words[2] == "coordinate" || words[3] != "pattern"
    else {
      throw source.problem(
        .unsupported, at: "line 1",
        "coordinate or array, of real, integer or pattern, general, symmetric or skew-symmetric",
        words[2...4].joined(separator: " "), "Write it as real numbers.")
    }
    (isSparse, isPattern) = (words[2] == "coordinate", words[3] == "pattern")
    self.symmetry = symmetry
  }

  /// Rows, columns and, of a sparse matrix, entries.
  private mutating func readSize(
    _ text: Span<UInt8>, _ line: Range<Int>, _ number: Int
  ) throws(ImportError) {
    var (position, sizes) = (line.lowerBound, [Int?]())
    while sizes.count < 4 {
      let word = text.word(&position, before: line.upperBound)
      if word.isEmpty { break }
      sizes.append(text.integer(word))
    }
    let limit = Int(Int32.max)
    guard sizes.count == (isSparse ? 3 : 2), let rows = sizes[0], let columns = sizes[1],
      1...limit ~= rows, 1...limit ~= columns, symmetry == .general || rows == columns
    else {
      throw problem(
        number,
        "rows\(symmetry == .general ? " and" : ", as many") columns, each at least 1 and below 2³¹"
          + (isSparse ? ", and the number of entries" : ""), text.quoted(line))
    }
    (rowCount, columnCount) = (rows, columns)
    switch (isSparse, symmetry) {
    case (true, _):
      guard let count = sizes[2] else {
        throw problem(number, "the number of entries", text.quoted(line))
      }
      listedCount = count
    case (false, .general): listedCount = rows * columns
    case (false, .symmetric): listedCount = rows * (rows + 1) / 2
    case (false, .skewSymmetric): listedCount = rows * (rows - 1) / 2
    }
  }

  private func problem(_ line: Int, _ expected: String, _ found: String) -> ImportError {
    source.problem(
      .malformed, at: "line \(line)", expected, found, "Write the file again, as scipy.io.mmwrite.")
  }
}

internal import Configuration

/// Lists of who had to do with what: ratings, clicks, plays.
struct InteractionImporter: Importer {
  static let name = "interactions"
  static let meaning =
    "Lists of user, item, and perhaps rating and time, one on each line, such as MovieLens ratings.csv or ratings.dat. "
    + "Writes users by items in CSR form: `train/x`, and of held-out users `x` to begin from and `target` to find, in "
    + "`validation` and `test`, as Liang et al. 2018; `items` and each part's `users` are their names."

  private let separator: FieldCutter.Separator?
  private let columns: [String]?
  private let lowestRating: Double?
  private let keepsRatings: Bool
  private let fewestItems: Int
  private let fewestUsers: Int
  private let heldOut: HeldOutUsers

  /// What the matrix holds.
  private enum Values: String, CaseIterable {
    case ones, ratings
  }

  static func recognises(_ source: ImportSource) -> Bool {
    guard !source.isFolder, ["csv", "tsv", "dat", "txt", "data"].contains(source.suffix) else {
      return false
    }
    let line = source.firstBytes.prefix { $0 != 0x0A && $0 != 0x0D }
    guard let separator = FieldCutter.Separator.found(in: line),
      let fields = FieldCutter(separator: separator).fields(of: line)
    else { return false }
    let first = fields.map { String(decoding: $0, as: UTF8.self) }
    guard let columns = try? InteractionColumns(first, wanted: nil) else { return false }
    return columns.hasHeader ? separator != .space : separator == .colons && first.count <= 4
  }

  init(reading reader: inout ObjectReader) throws(ConfigurationError) {
    let names = ["auto"] + FieldCutter.Separator.allCases.map(\.rawValue)
    separator = FieldCutter.Separator(
      rawValue: try reader.string(
        "separator", default: "auto", among: names, "What stands between the columns."))
    columns = try reader.optionalString(
      "columns", recordsNull: false,
      "What the columns are, in order, such as user,item,-,time; without it, what the header says, or without a header "
        + "user,item,rating,time."
    )?.split(separator: ",").map(String.init)
    lowestRating = try reader.optionalNumber(
      "minRating", "Only interactions rated at least so count.")
    keepsRatings =
      try reader.word(
        "values", default: Values.ones,
        "What the matrix holds where user and item have met: 1, or the rating; of a pair that is there twice, the last."
      ) == .ratings
    fewestItems = try reader.integer(
      "userCore", default: 1, in: 1...(.max),
      "Users have at least so many items; this and itemCore again and again, until nothing changes."
    )
    fewestUsers = try reader.integer(
      "itemCore", default: 1, in: 1...(.max), "Items have at least so many users.")
    let shares = (
      validation: try reader.number(
        "validation", default: 0.1, in: 0...1, "Share of the users that is held out for validation."
      ),
      test: try reader.number(
        "test", default: 0.1, in: 0...1, "Share of the users that is held out for the test.")
    )
    heldOut = HeldOutUsers(
      validation: shares.validation, test: shares.test,
      targetShare: try reader.number(
        "targetShare", default: 0.2, above: 0, below: 1,
        "Share of a held-out user's items that is to be found from the others."),
      choice: try reader.word(
        "target", default: HeldOutUsers.Choice.random,
        "Whether these are drawn by the seed, or the latest."),
      seed: try reader.integer("seed", default: 0, in: 0...(.max), "Chooses users and targets."))
    guard shares.validation + shares.test < 1 else {
      throw reader.error(
        "test", expected: "shares that leave users to learn from",
        found: "\(shares.validation + shares.test) for validation and test together",
        remedy: "Lower them.")
    }
  }

  func read(
    _ source: ImportSource, into output: ImportOutput, _ progress: ImportProgress
  ) throws {
    let table = try table(of: source, progress)
    var entries = table.entriesByUser()
    entries.reduceToCore(
      users: fewestItems, items: fewestUsers, itemCount: table.itemNames.count)
    let users = entries.indices.filter { !entries[$0].isEmpty }
    let (train, validation, test) = heldOut.parts(of: users)
    var columns = [Int32](repeating: -1, count: table.itemNames.count)
    for user in train { for entry in entries[user] { columns[Int(entry.item)] = 0 } }
    let items = columns.indices.filter { columns[$0] == 0 }
    guard !items.isEmpty else {
      throw source.problem(
        .empty, "interactions to learn from", "none of \(table.count) that the filters leave",
        "Lower minRating, userCore or itemCore.")
    }
    for (column, item) in items.enumerated() { columns[item] = Int32(column) }
    try output.texts("items", items.map { table.itemNames[$0] })

    let writer = PartWriter(output: output, columns: columns, itemCount: items.count, keepsRatings)
    let isSplit = heldOut.validation > 0 || heldOut.test > 0
    try writer.write(train.map { (table.userNames[$0], entries[$0]) }, to: isSplit ? "train/" : "")
    var left = 0
    for (part, users) in [("validation/", validation), ("test/", test)] where !users.isEmpty {
      let halves = users.compactMap { user in
        let known = entries[user].filter { columns[Int($0.item)] >= 0 }
        return heldOut.halves(of: known, user: user).map { (table.userNames[user], $0) }
      }
      left += users.count - halves.count
      if halves.isEmpty { continue }
      try writer.write(halves.map { ($0, $1.foldIn) }, to: part)
      try writer.write(halves.map { ($0, $1.target) }, to: part, as: "target")
    }
    progress.note(
      "\(table.count) interactions read; after the filters \(users.count) users and \(items.count) items"
    )
    if left > 0 {
      progress.note("left out \(left) held-out users with fewer than two of these items")
    }
  }

  private func table(
    of source: ImportSource, _ progress: ImportProgress
  ) throws -> InteractionTable {
    let reader = try LineReader(source.path)
    guard let first = try reader.next(),
      let separator = separator ?? FieldCutter.Separator.found(in: first)
    else {
      throw source.problem(
        .malformed, at: "line 1", "columns with a separator", "none",
        "Set separator; 'vae-dp data formats' lists what it may be.")
    }
    let cutter = FieldCutter(separator: separator)
    let names = (cutter.fields(of: first) ?? []).map { String(decoding: $0, as: UTF8.self) }
    let places: InteractionColumns
    do throws(InteractionColumns.Missing) {
      places = try InteractionColumns(names, wanted: columns)
    } catch {
      throw source.problem(
        .malformed, at: "line 1", "a column of \(error.role)s",
        InteractionColumns.list(names),
        "Say what the columns are, such as columns=user,item,-,time.")
    }
    try require(places, source)
    progress.note(
      "columns: "
        + InteractionColumns.Role.allCases.compactMap { role in
          places[role].map { "\(role) = \(places.names[$0].prefix(40))" }
        }.joined(separator: ", "))
    let parser = RowParser(cutter: cutter, places: places, needsTime: heldOut.choice == .latest)
    var table = InteractionTable()
    var (line, told): (ArraySlice<UInt8>?, Double) = (
      places.hasHeader ? try reader.next() : first, 0
    )
    while let bytes = line {
      switch parser.parse(bytes) {
      case .failure(let fault):
        try progress.skip(
          source.problem(
            .malformed, at: "line \(reader.number)", fault.expected, fault.found,
            "Mend the line, or leave it out with --skip-bad."))
      case .success(let row?) where Double(row.rating) >= lowestRating ?? -.infinity:
        guard table.count < Int(Int32.max) else {
          throw source.problem(
            .tooLarge, "fewer than \(Int32.max) interactions", "more", "Import a part of them.")
        }
        table.add(user: row.user, item: row.item, rating: row.rating, time: row.time)
      case .success: break
      }
      if reader.fractionRead != told {
        told = reader.fractionRead
        try progress.reached(0.8 * told)
      }
      line = try reader.next()
    }
    return table
  }

  /// Throws where an option needs a column that is not there.
  private func require(_ places: InteractionColumns, _ source: ImportSource) throws(ImportError) {
    for (role, option) in [
      (
        InteractionColumns.Role.rating,
        lowestRating != nil ? "minRating" : keepsRatings ? "values" : nil
      ),
      (.time, heldOut.choice == .latest ? "target" : nil),
    ] where places[role] == nil {
      guard let option else { continue }
      throw source.problem(
        .malformed, at: "line 1", "a column of \(role)s, which \(option) needs",
        InteractionColumns.list(places.names),
        "Say what the columns are, such as columns=user,item,rating,time, or leave out \(option).")
    }
  }
}

/// Reads an interaction from a line.
private struct RowParser {
  struct Fault: Error {
    var expected: String
    var found: String
  }

  struct Row {
    var user: String
    var item: String
    var rating: Float
    var time: Double
  }

  var cutter: FieldCutter
  var places: InteractionColumns
  var needsTime: Bool

  /// The row; nil for an empty line.
  func parse(_ line: ArraySlice<UInt8>) -> Result<Row?, Fault> {
    if line.allSatisfy({ $0 <= 0x20 }) { return .success(nil) }
    guard let fields = cutter.fields(of: line) else {
      return .failure(Fault(expected: "a closing quotation mark", found: "the end of the line"))
    }
    guard fields.count == places.names.count else {
      return .failure(
        Fault(expected: "\(places.names.count) columns", found: "\(fields.count)"))
    }
    var row = Row(user: "", item: "", rating: 1, time: 0)
    for role in InteractionColumns.Role.allCases {
      guard let place = places[role] else { continue }
      let text = String(validating: fields[place], as: UTF8.self)?.trimmed ?? ""
      switch role {
      case .user: row.user = text
      case .item: row.item = text
      case .rating:
        guard let value = Float(text), value.isFinite else {
          return .failure(Fault(expected: "a rating", found: "'\(text.prefix(40))'"))
        }
        row.rating = value
      case .time where needsTime:
        guard let value = Double(text), value.isFinite else {
          return .failure(Fault(expected: "a time as a number", found: "'\(text.prefix(40))'"))
        }
        row.time = value
      case .time: break
      }
    }
    guard ![row.user, row.item].contains(where: { $0.isEmpty || $0.contains("\0") }) else {
      return .failure(Fault(expected: "a user and an item in UTF-8", found: "none"))
    }
    return .success(row)
  }
}

extension String {
  fileprivate var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return first == startIndex && index(after: last) == endIndex ? self : String(self[first...last])
  }
}

/// Writes users by items.
private struct PartWriter {
  private let output: ImportOutput
  private let columns: [Int32]
  private let itemCount: Int
  private let keepsRatings: Bool

  init(output: ImportOutput, columns: [Int32], itemCount: Int, _ keepsRatings: Bool) {
    (self.output, self.columns) = (output, columns)
    (self.itemCount, self.keepsRatings) = (itemCount, keepsRatings)
  }

  /// Writes a matrix, and beside the first of a part its users.
  func write(
    _ users: [(name: String, entries: [InteractionTable.Entry])], to part: String,
    as name: String = "x"
  ) throws {
    let matrix = try output.matrix(part + name, columnCount: itemCount)
    for user in users {
      try matrix.append(
        columns: user.entries.map { columns[Int($0.item)] },
        values: user.entries.map { keepsRatings ? $0.rating : 1 })
    }
    if name == "x" { try output.texts(part + "users", users.map(\.name)) }
  }
}
